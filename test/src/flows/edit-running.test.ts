import { expect, it } from 'vitest'
import { deleteStep, type EditDeps, insertStep } from '../../../src/flows/index.ts'
import { ORG } from '../../contracts/rows.ts'
import { freshPostgres, hasPostgres } from '../../postgres.ts'
import { call, type FlowBench, flowBench, type GivenStep } from './bench.ts'

const person = { actor: 'user:ada', role: 'agent' } as const
const editing = ({ store, clock, newId, queue, skills }: FlowBench): EditDeps => ({
  store,
  clock,
  newId,
  queue,
  skills,
  policy: { roles: {}, segments: {} },
  decisions: new Set(),
  approve: 'first',
})
const prompt: GivenStep = {
  name: 'ask',
  type: 'user_prompt',
  title: 'Ask',
  prompt_type: 'confirm',
  message: 'Go on?',
  on_no: 'end',
}
const more = { type: 'tool_call', title: 'More', name: 'more', skill: 'note', input: {} }

it('can be changed while a step runs, whose effect then happens once all the same', async () => {
  const ran: string[] = []
  let changed = false
  const bench: FlowBench = await flowBench({
    steps: [call('first'), call('second'), call('third')],
    skills: {
      note: async (_input, { cause }) => {
        ran.push(cause.split(':').slice(2).join(':'))
        if (changed) return
        changed = true
        const flow = await bench.flow()
        await insertStep(editing(bench), ORG, flow.id, { after: 0, step: more }, person)
        await deleteStep(editing(bench), ORG, { flowId: flow.id, stepId: flow.step('third').id }, person)
      },
    },
  })
  await using _ = bench
  const flow = await bench.start()
  expect(flow).toMatchObject({ status: 'completed', total_steps: 3, completed_steps: 3 })
  expect(flow?.steps.map(({ name, status }) => [name, status])).toEqual([
    ['first', 'completed'],
    ['more', 'completed'],
    ['second', 'completed'],
  ])
  expect(ran).toEqual(['0:1', '1:1', '2:1'])
  expect((await bench.effects()).map(({ state }) => state)).toEqual(['done', 'done', 'done'])
})

it('is not changed behind a loop that may lead past again: what ran is told by its position', async () => {
  await using bench = await flowBench({
    steps: [prompt, call('one'), call('two', { on_success: 'ask' }), call('three')],
    skills: { note: () => undefined },
  })
  await bench.start()
  const flow = await bench.respond('ask', 'yes')
  expect(flow.position).toBe(0)
  await expect(insertStep(editing(bench), ORG, flow.id, { after: 0, step: more }, person)).rejects.toThrow(
    'It has come to step 2',
  )
})

it('takes two changes at the same moment, one after the other', async () => {
  await using bench = await flowBench({ steps: [prompt, call('last')], skills: { note: () => undefined } })
  const flow = await bench.start()
  if (!flow) throw new Error('it was not started')
  const put = (name: string) =>
    insertStep(editing(bench), ORG, flow.id, { after: 0, step: { ...more, name, title: name } }, person)
  await Promise.all([put('one'), put('two'), put('three')])
  const names = (await bench.flow()).steps.map(({ name }) => name)
  expect(names.toSorted()).toEqual(['ask', 'last', 'one', 'three', 'two'])
  expect(await bench.respond('ask', 'yes')).toMatchObject({ status: 'completed', completed_steps: 5 })
})

it.skipIf(!hasPostgres)('can be changed on Postgres as well', async () => {
  await using bench = await flowBench({
    databaseUrl: await freshPostgres(),
    steps: [prompt, call('second'), call('third', { input: { a: '{{steps.ask.result.value}}' } })],
    skills: { note: (input) => input },
  })
  const flow = await bench.start()
  if (!flow) throw new Error('it was not started')
  await Promise.all([
    insertStep(editing(bench), ORG, flow.id, { after: 0, step: more }, person),
    deleteStep(editing(bench), ORG, { flowId: flow.id, stepId: flow.step('second').id }, person),
  ])
  const done = await bench.respond('ask', 'yes')
  expect(done.steps.map(({ name, position }) => [name, position])).toEqual([
    ['ask', 0],
    ['more', 1],
    ['third', 2],
  ])
  expect(done.step('third').answer).toEqual({ a: 'yes' })
})
