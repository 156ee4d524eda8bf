import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineSkill, type Recheck } from '../../../src/skills/index.ts'
import { call, down, flowBench, type GivenStep, HOUR } from './bench.ts'

const pause: GivenStep = { name: 'pause', type: 'delay', title: 'A pause', for: '5h' }
const sub: GivenStep = { name: 'sub', type: 'sub_flow', title: 'The other flow', template: 'other' }
const other = {
  name: 'other',
  version: 1,
  title: 'Other',
  description: 'For tests.',
  params: {},
  deadline: '1d',
  steps: [
    {
      name: 'wait',
      type: 'wait_event',
      title: 'Wait for the ticket',
      event: 'ticket_closed',
      correlation: 'z:1',
      within: '1h',
      waiting_for: 'the ticket to be closed',
    } as const,
    call('never'),
  ],
}

/** A write whose answer is lost, and what the vendor says of it later. */
const lossy = (found: Recheck<unknown>, effect: 'write' | 'contact' = 'write') =>
  defineSkill({
    name: 'lossy',
    title: 'Write somewhere',
    description: 'For tests.',
    effect,
    input: z.object({}),
    output: z.unknown(),
    async run() {
      throw Object.assign(down(), { effect: 'unknown' })
    },
    recheck: async () => found,
  })

describe('cancelling a flow', () => {
  it('ends its branches and their sub-flows with it, whatever they wait for', async () => {
    await using bench = await flowBench({
      steps: [
        {
          name: 'fork',
          type: 'parallel',
          title: 'Both',
          branches: [
            { name: 'a', steps: [{ name: 'sub', type: 'sub_flow', title: 'Sub', template: 'other' }] },
            { name: 'b', steps: [{ name: 'pause', type: 'delay', title: 'A pause', for: '5h' }] },
          ],
        },
        call('never'),
      ],
      saved: [other],
      skills: { note: () => {} },
    })
    await bench.start()
    const [a, b] = await bench.children()
    const [grandchild] = await bench.children(a?.id)
    expect(await bench.cancel('no longer wanted')).toBe(true)
    const ids = [bench.id(), a?.id, b?.id, grandchild?.id]
    for (const id of ids) {
      expect(await bench.flowOf(id ?? '')).toMatchObject({
        status: 'cancelled',
        outcome: 'cancelled',
        last_error: 'no longer wanted',
        waiting_for: null,
      })
    }
    const told = (await bench.eventsOf('flow_cancelled')).map(({ subject }) => subject)
    expect(told.toSorted()).toEqual(ids.toSorted())
    expect(new Set((await bench.flow()).steps.map(({ status }) => status))).toEqual(new Set(['cancelled']))
    expect(await bench.cancel()).toBe(false)
    await bench.raise({ type: 'ticket_closed', ticket: 'z:1' })
    await bench.pass(9 * HOUR)
    expect(await bench.effects()).toEqual([])
  })

  it('that is a sub-flow fails the step that waits for it', async () => {
    await using bench = await flowBench({ steps: [sub], saved: [other] })
    await bench.start()
    const [child] = await bench.children()
    await bench.cancel('wrong customer', child?.id)
    const flow = await bench.flow()
    expect(flow).toMatchObject({ status: 'failed', last_error: '"Other" was cancelled: wrong customer' })
    expect(flow.step('sub').error_code).toBe('cancelled')
  })

  it('keeps what one of its steps was about to do from being done', async () => {
    const done: unknown[] = []
    await using bench = await flowBench({
      steps: [pause],
      skills: { note: () => void done.push(1) },
    })
    await bench.start()
    await bench.cancel()
    const cause = `flow:${bench.id()}:0:1`
    const late = bench.act('note', {}, { flowId: bench.id(), cause })
    await expect(late).rejects.toMatchObject({ code: 'refused_cancelled' })
    expect(done).toEqual([])
    // What is done about a cancelled flow is not done by it.
    await bench.act('note', {}, { flowId: bench.id(), cause: 'alert:1' })
    expect(done).toEqual([1])
  })

  it.each<[string, Recheck<unknown>, 'write' | 'contact', { state: string; asked: string[] }]>([
    ['was done', { kind: 'done', output: { id: 7 } }, 'contact', { state: 'done', asked: [] }],
    ['was not done', { kind: 'not_done' }, 'contact', { state: 'failed', asked: [] }],
    ['is unknown', { kind: 'unknown' }, 'contact', { state: 'in_doubt', asked: ['high'] }],
    ['might be repeated', { kind: 'repeat' }, 'contact', { state: 'in_doubt', asked: ['high'] }],
    ['is a write', { kind: 'repeat' }, 'write', { state: 'in_doubt', asked: ['low'] }],
  ])('settles what it had begun, of which the vendor says that it %s', async (_, found, effect, expected) => {
    await using bench = await flowBench({
      steps: [call('lossy', { skill: 'lossy' })],
      defined: [lossy(found, effect)],
    })
    expect((await bench.start())?.status).toBe('running')
    expect(await bench.effects()).toMatchObject([{ state: 'trying' }])
    await bench.cancel()
    expect(await bench.effects()).toMatchObject([{ state: expected.state, attempts: 1 }])
    expect((await bench.escalations()).map(({ priority }) => priority)).toEqual(expected.asked)
  })
})
