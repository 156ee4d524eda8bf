import { expect, it } from 'vitest'
import { type EditDeps, insertStep } from '../../../src/flows/index.ts'
import type { Store } from '../../../src/store/index.ts'
import { ORG } from '../../contracts/rows.ts'
import { call, type FlowBench, flowBench, type GivenStep } from './bench.ts'

const person = { actor: 'user:ada', role: 'agent' } as const
const ask: GivenStep = {
  name: 'ask',
  type: 'user_prompt',
  title: 'Ask',
  prompt_type: 'confirm',
  message: 'Go on?',
}
const more = { type: 'tool_call', title: 'More', name: 'more', skill: 'note', input: { who: 'more' } }

/** Puts a step behind the first one; `store` decides when what was read is written. */
function putMore(bench: FlowBench, flow: string, store: Store): Promise<void> {
  const { clock, newId, queue, skills } = bench
  const policy = { roles: {}, segments: {} }
  const deps: EditDeps = {
    store,
    clock,
    newId,
    queue,
    skills,
    policy,
    decisions: new Set(),
    approve: 'first',
  }
  return insertStep(deps, ORG, flow, { after: 0, step: more }, person)
}

it('a step is put in behind none that the flow came to within the same millisecond', async () => {
  await using bench = await flowBench({
    steps: [
      ask,
      call('second'),
      { name: 'rest', type: 'delay', title: 'Rest', for: '1h' },
      call('last', { input: { who: 'last' } }),
    ],
    skills: { note: () => {} },
  })
  const flow = await bench.start()
  const write: Store['write'] = async (work) => {
    if ((await bench.flow()).status === 'awaiting_user') await bench.respond('ask', 'yes')
    return bench.store.write(work)
  }
  await expect(putMore(bench, flow?.id ?? '', { ...bench.store, write })).rejects.toThrow(
    'It has come to step 2',
  )
  expect(await bench.flow()).toMatchObject({ status: 'waiting', position: 2, total_steps: 4 })
  expect((await bench.pass(7_200_000)).status).toBe('completed')
})

it('a step that is put in right before the next one acts is run, and what the next one does happens once', async () => {
  const ran: unknown[] = []
  let put: (() => void) | undefined
  await using bench = await flowBench({
    steps: [ask, call('act', { input: { who: 'act' } })],
    skills: { note: ({ who }) => void ran.push(who) },
    onStep: ({ step, moment }) => {
      if (step === 'ask' && moment === 'after') put?.()
    },
  })
  const flow = await bench.start()
  const write: Store['write'] = (work) =>
    new Promise((resolve) => {
      // Written when the answered question has been executed, and its transition has not.
      put = () => {
        put = undefined
        resolve(bench.store.write(work))
      }
    })
  const changed = putMore(bench, flow?.id ?? '', { ...bench.store, write })
  const done = await bench.respond('ask', 'yes')
  await changed
  expect(done).toMatchObject({ status: 'completed', total_steps: 3 })
  expect(ran).toEqual(['more', 'act'])
})
