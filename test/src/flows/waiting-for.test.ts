import { expect, it } from 'vitest'
import type { FlowsTable } from '../../../src/store/index.ts'
import { isFinal } from '../../../src/store/rows/flows.ts'
import { call, flowBench, type GivenStep, HOUR } from './bench.ts'

/** One of each type, in an order in which every one of them has to be waited for or gone through. */
const steps: GivenStep[] = [
  call('tool'),
  { name: 'decide', type: 'ai_decision', title: 'Judge it', decision: 'judge' },
  { name: 'pause', type: 'delay', title: 'A pause', for: '1h' },
  {
    name: 'wait',
    type: 'wait_event',
    title: 'Wait for the ticket',
    event: 'ticket_closed',
    correlation: 'z:1',
    within: '2h',
    waiting_for: 'the ticket to be closed',
  },
  { name: 'ask', type: 'user_prompt', title: 'Ask', prompt_type: 'confirm', message: 'Go on?' },
  { name: 'approve', type: 'approval', title: 'Approve it', policy: 'always', payload: {}, within: '3h' },
  { name: 'look', type: 'conditional', title: 'Look', condition: { if: '{{params.name}}', exists: true } },
  {
    name: 'fork',
    type: 'parallel',
    title: 'Both',
    branches: [{ name: 'a', steps: [{ name: 'pause', type: 'delay', title: 'A short pause', for: '1h' }] }],
  },
  { name: 'sub', type: 'sub_flow', title: 'Sub', template: 'other' },
]
const other = {
  name: 'other',
  version: 1,
  title: 'Other',
  description: 'For tests.',
  params: {},
  deadline: '1d',
  steps: [{ name: 'pause', type: 'delay', title: 'Another pause', for: '1h' } as const, call('inner')],
}

it('a flow names what it waits for and until when at every stop, and so do those below it', async () => {
  const stops: { flow: FlowsTable; at: number }[] = []
  await using bench = await flowBench({
    steps,
    saved: [other],
    skills: { note: () => {} },
    decisions: { judge: async () => ({ fine: true }) },
    onTransition: (_before, { flow }) => stops.push({ flow, at: bench.clock.now() }),
  })
  /** Where the flow stands, in words and hours from now. */
  const says = ({ waiting_for, waiting_until }: FlowsTable) => [
    waiting_for,
    waiting_until === null ? null : (waiting_until - bench.clock.now()) / HOUR,
  ]
  await bench.start()
  expect(says(await bench.flow())).toEqual(['A pause to pass', 1])
  await bench.pass(HOUR)
  expect(says(await bench.flow())).toEqual(['the ticket to be closed', 2])
  await bench.raise({ type: 'ticket_closed', ticket: 'z:1' })
  await bench.settle()
  expect(says(await bench.flow())).toEqual(['an agent to answer "Go on?"', 72])
  await bench.respond('ask', 'yes')
  expect(says(await bench.flow())).toEqual(['approval of "Approve it" by an agent', 3])
  await bench.respond('approve', 'approve')
  const left = ((await bench.flow()).deadline_at - bench.clock.now()) / HOUR
  expect(says(await bench.flow())).toEqual(['1 of 1 branches of "Both"', left])
  await bench.pass(HOUR)
  expect(says(await bench.flow())).toEqual(['"Other" to end', left - 1])
  expect((await bench.pass(HOUR)).status).toBe('completed')
  expect((await bench.flow()).waiting_for).toBeNull()

  const unfinished = stops.filter(({ flow }) => !isFinal(flow.status))
  expect(new Set(unfinished.map(({ flow }) => flow.id)).size).toBe(3)
  for (const { flow, at } of unfinished) {
    expect(flow.waiting_for, flow.status).toMatch(/\S.*\S/)
    // What is being done has until the flow's deadline.
    const until = flow.waiting_until ?? flow.deadline_at
    expect(until).toBeGreaterThan(at)
    expect(flow.waiting_until === null).toBe(flow.status === 'running')
  }
})
