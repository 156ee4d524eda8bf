import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StepInput } from '../../src/flows/index.ts'
import { createHubClient } from '../../src/sandbox/hub-client.ts'
import { type Answer, ask, problemOf } from '../doors.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { startFlowOf } from '../saved-template.ts'
import { tokenOf } from '../tokens.ts'

const HOUR = 3_600_000

let hub: TestHub
let ada: string
let bob: string
beforeAll(async () => {
  hub = await startTestHub()
  ada = await tokenOf(hub, 'ada')
  bob = await tokenOf(hub, 'bob')
}, 30_000)
afterAll(() => hub[Symbol.asyncDispose]())

let counter = 0
beforeEach(() => {
  counter += 1
})
const start = (steps: StepInput[], at = hub) => startFlowOf(at, steps, `prompts_${counter}`)

type Asking = Partial<Extract<StepInput, { type: 'user_prompt' }>>
const prompt = (more: Asking = {}): StepInput => ({
  name: 'ask',
  type: 'user_prompt',
  title: 'Ask',
  prompt_type: 'text',
  message: 'Which room?',
  ...more,
})
const look: StepInput = {
  name: 'look',
  type: 'tool_call',
  title: 'Look it up',
  skill: 'search_knowledge',
  input: { query: '{{user_input}}' },
}

async function stepOf(flowId: string, name = 'ask', at = hub) {
  const { steps } = await at.api.flow(flowId)
  const step = steps.find((one) => one.name === name)
  if (!step) throw new Error(`there is no step ${name}`)
  return step
}

type Saying = { token?: string; name?: string; at?: TestHub }

async function post(flowId: string, action: string, body: unknown, { token, name, at = hub }: Saying = {}) {
  const { id } = await stepOf(flowId, name, at)
  const path = `/api/v1/ai/flows/${flowId}/steps/${id}/${action}`
  const answer = await ask(at, 'POST', path, { body, ...(token ? { token } : {}) })
  await at.settle()
  return answer
}
const say = (flowId: string, value: unknown, saying?: Saying): Promise<Answer> =>
  post(flowId, 'respond', { response: { value } }, saying)

describe('a question to a person', () => {
  it('shows what is asked, by whom until when, and what happens otherwise', async () => {
    const id = await start([prompt({ within: '4h', remind_after: '1h' }), look])
    expect(await hub.api.flow(id)).toMatchObject({
      status: 'awaiting_user',
      waiting_for: 'an agent to answer "Which room?"',
    })
    expect(await stepOf(id)).toMatchObject({
      status: 'awaiting_user',
      prompt_type: 'text',
      prompt_message: 'Which room?',
      prompt_options: [],
      prompt: { otherwise: 'the flow fails', reminded: false },
    })
  })

  it.each([
    ['a text', prompt(), ' The blue one ', { value: 'The blue one' }],
    ['a number', prompt({ check: { is: 'number' } }), 12, { value: 12 }],
    [
      'a choice by its value',
      prompt({ prompt_type: 'choice', options: [{ value: '2', label: 'John Smith', data: { age: 7 } }] }),
      '2',
      { value: '2', label: 'John Smith', data: { age: 7 } },
    ],
    ['a yes', prompt({ prompt_type: 'confirm' }), true, { value: 'yes', label: 'Yes' }],
  ])('takes %s, and the steps after it know it', async (_what, step, value, result) => {
    const id = await start([step, { ...look, input: { query: 'room {{user_input}}' } } as StepInput])
    expect((await say(id, value)).status).toBe(200)
    expect(await hub.api.flow(id)).toMatchObject({
      status: 'completed',
      context: { user_input: result.value },
    })
    expect(await stepOf(id)).toMatchObject({
      status: 'completed',
      user_response: { by: 'user:api', ...result },
    })
    expect(await stepOf(id, 'look')).toMatchObject({ input: { query: `room ${result.value}` } })
  })

  it.each([
    ['a text that is too short', { check: { min_length: 3 } }, 'no'],
    ['what is no date', { check: { is: 'date' } }, 'tomorrow'],
    ['no option', { prompt_type: 'choice', options: [{ value: 'a', label: 'A' }] }, 'b'],
    ['neither yes nor no', { prompt_type: 'confirm' }, 'perhaps'],
  ] as [string, Asking, string][])('refuses %s and goes on waiting', async (_what, more, value) => {
    const id = await start([prompt(more), look])
    const before = await hub.api.flow(id)
    expect(problemOf(await say(id, value))).toMatchObject({
      status: 400,
      type: 'urn:switchboard:bad_answer',
      errors: [{ path: 'response.value' }],
    })
    expect(await hub.api.flow(id)).toEqual(before)
  })

  it.each([
    ['nothing', {}],
    ['no value', { response: {} }],
    ['a list', { response: { value: ['a'] } }],
    ['an object', { response: { value: { id: 1 } } }],
    ['a bare text', { response: 'yes' }],
  ])('refuses a response of the wrong shape: %s', async (_what, body) => {
    const id = await start([prompt()])
    const before = await hub.api.flow(id)
    expect(problemOf(await post(id, 'respond', body))).toMatchObject({ status: 400 })
    expect(await hub.api.flow(id)).toEqual(before)
  })

  it('takes the first of two answers at once, and closes', async () => {
    const id = await start([prompt(), look])
    const both = await Promise.all([say(id, 'red', { token: ada }), say(id, 'blue', { token: bob })])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409])
    const late = problemOf(await say(id, 'green'))
    expect(late).toMatchObject({ status: 409, type: 'urn:switchboard:conflict' })
    const logs = await hub.api.logs(id)
    expect(logs.filter(({ type }) => type === 'prompt_answered')).toHaveLength(1)
  })

  it('is not there for steps and flows that are not', async () => {
    const id = await start([prompt()])
    const at = (path: string) => ask(hub, 'POST', path, { body: { response: { value: 'x' } } })
    expect(problemOf(await at(`/api/v1/ai/flows/${id}/steps/stp_nope/respond`)).status).toBe(404)
    expect(problemOf(await at('/api/v1/ai/flows/flw_nope/steps/stp_nope/respond')).status).toBe(404)
  })

  it('is closed once its flow is cancelled', async () => {
    const id = await start([prompt()])
    await hub.api.call('POST', `/ai/flows/${id}/cancel`, {})
    expect(problemOf(await say(id, 'x'))).toMatchObject({
      status: 409,
      detail: expect.stringContaining('cancelled'),
    })
  })
})

describe('nobody answers', () => {
  it('reminds once, then does what was said', async () => {
    const id = await start([prompt({ within: '4h', remind_after: '1h', default: 'any' }), look])
    await hub.pass(5 * HOUR)
    const logs = (await hub.api.logs(id)).map(({ type }) => type)
    expect(logs.filter((type) => type === 'prompt_reminded')).toHaveLength(1)
    expect(await hub.api.flow(id)).toMatchObject({ status: 'completed' })
    expect(await stepOf(id)).toMatchObject({ result: { value: 'any', by: 'system' } })
    expect(problemOf(await say(id, 'too late')).status).toBe(409)
  })

  it('fails the flow where nothing else is said, and a person hears of it', async () => {
    const id = await start([prompt({ within: '1h' })])
    await hub.pass(HOUR)
    expect(await hub.api.flow(id)).toMatchObject({ status: 'failed' })
    const { data } = (await hub.api.call('GET', '/escalations?limit=200')) as { data: { flow_id: string }[] }
    expect(data.filter(({ flow_id }) => flow_id === id)).toHaveLength(1)
  })
})

describe('who may answer', () => {
  it('is told to others, and nothing is changed', async () => {
    const id = await start([prompt({ role: 'manager' })])
    expect(problemOf(await say(id, 'x', { token: ada }))).toMatchObject({
      status: 403,
      type: 'urn:switchboard:not_asked',
      detail: 'Who may: a manager, an admin. You are an agent.',
    })
    expect((await stepOf(id)).status).toBe('awaiting_user')
    expect((await say(id, 'x')).status).toBe(200)
  })

  it('is somebody else once it is handed on', async () => {
    const id = await start([prompt(), look])
    const handed = await post(id, 'delegate', { to: 'user:bob', note: 'your room' }, { token: ada })
    expect(handed).toMatchObject({
      status: 200,
      json: { flow: { waiting_for: 'user:bob to answer "Which room?"' } },
    })
    expect((await hub.api.logs(id)).at(-1)).toMatchObject({
      type: 'prompt_delegated',
      message: 'user:ada asks user:bob: your room',
    })
    expect(problemOf(await say(id, 'mine', { token: ada }))).toMatchObject({
      status: 403,
      detail: 'Who may: user:bob, a manager, an admin. You are an agent.',
    })
    expect((await say(id, 'mine', { token: bob })).status).toBe(200)
    expect(await hub.api.flow(id)).toMatchObject({ status: 'completed' })
    expect(problemOf(await post(id, 'delegate', { to: 'user:ada' }, { token: bob })).status).toBe(409)
  })

  it.each([
    ['nobody', {}, 400],
    ['a name without its kind', { to: 'bob' }, 400],
    ['a very long one', { to: `user:${'x'.repeat(300)}` }, 400],
  ])('is not handed on to %s', async (_what, body, status) => {
    const id = await start([prompt()])
    const before = await hub.api.flow(id)
    expect(problemOf(await post(id, 'delegate', body)).status).toBe(status)
    expect(await hub.api.flow(id)).toEqual(before)
  })
})

describe('an approval', () => {
  const approval = (more: Partial<Extract<StepInput, { type: 'approval' }>> = {}): StepInput => ({
    name: 'ask',
    type: 'approval',
    title: 'Approve the refund',
    policy: 'always',
    role: 'manager',
    payload: { amount: 40, why: 'Late' },
    editable: ['amount'],
    within: '2h',
    ...more,
  })

  it('needs its role, and takes an edit as part of approving', async () => {
    const id = await start([approval()])
    expect(problemOf(await say(id, 'approve', { token: ada })).status).toBe(403)
    const body = { response: { value: 'approve', edit: { amount: '25.50' } } }
    expect((await post(id, 'respond', body)).status).toBe(200)
    expect(await stepOf(id)).toMatchObject({
      result: { approved: true, edited: ['amount'], payload: { amount: 25.5, why: 'Late' } },
    })
  })

  it('expires, and goes where its definition says', async () => {
    const id = await start([
      approval({ on_timeout: 'look' }),
      { ...look, input: { query: 'refund' } } as StepInput,
    ])
    await hub.pass(2 * HOUR)
    expect(await hub.api.flow(id)).toMatchObject({ status: 'completed' })
    expect(await stepOf(id)).toMatchObject({ status: 'failed', error_code: 'timeout' })
  })

  it('is not one’s own with APPROVE_OWN=deny', async () => {
    await using strict = await startTestHub({ env: { APPROVE_OWN: 'deny' } })
    const colleague = await tokenOf(strict, 'bob', 'admin')
    const id = await start([approval()], strict)
    expect(problemOf(await say(id, 'approve', { at: strict }))).toMatchObject({
      status: 403,
      type: 'urn:switchboard:own_request',
    })
    expect((await stepOf(id, 'ask', strict)).status).toBe('awaiting_user')
    expect((await say(id, 'approve', { at: strict, token: colleague })).status).toBe(200)
  })

  it('is not one’s own either where one put a step into somebody else’s flow', async () => {
    await using strict = await startTestHub({ env: { APPROVE_OWN: 'deny' } })
    const eve = createHubClient(strict.url, await tokenOf(strict, 'eve', 'admin'))
    const colleague = await tokenOf(strict, 'bob', 'admin')
    const id = await start([approval()], strict)
    const step = { type: 'delay', title: 'A pause of mine', for: '1m' }
    await eve.call('POST', `/ai/flows/${id}/steps`, { after: 0, step })
    const { id: stepId } = await stepOf(id, 'ask', strict)
    await expect(eve.approve(id, stepId)).rejects.toThrow('own_request')
    expect((await say(id, 'approve', { at: strict, token: colleague })).status).toBe(200)
  })
})

describe('a flow over a bound', () => {
  const round: StepInput[] = [
    {
      name: 'one',
      type: 'conditional',
      title: 'One',
      condition: { if: '{{flow.id}}', exists: true },
      on_success: 'ask',
    },
    { name: 'ask', type: 'delay', title: 'Wait a little', for: '1s', on_success: 'one' },
  ]

  it('pauses, goes on for as much again after a yes, and ends with an escalation after a no', async () => {
    await using bounded = await startTestHub({ env: { FLOW_MAX_STEPS: '5' } })
    const id = await start(round, bounded)
    await bounded.pass(60_000)
    const paused = await bounded.api.flow(id)
    expect(paused).toMatchObject({ status: 'awaiting_user', steps_executed: 6, bounds: { steps: 5 } })
    const name = paused.steps.find(({ status }) => status === 'awaiting_user')?.name ?? ''
    expect(await stepOf(id, name, bounded)).toMatchObject({
      prompt_type: 'confirm',
      prompt_message: 'It has executed 5 steps; 5 are allowed. May it use as much again?',
      prompt: { why: 'bound', otherwise: 'the flow fails, and can be retried' },
    })
    await say(id, 'yes', { at: bounded, name })
    await bounded.pass(60_000)
    const again = await bounded.api.flow(id)
    expect(again).toMatchObject({ status: 'awaiting_user', steps_executed: 13, bounds: { steps: 12 } })
    await say(id, 'no', {
      at: bounded,
      name: again.steps.find(({ status }) => status === 'awaiting_user')?.name ?? '',
    })
    expect(await bounded.api.flow(id)).toMatchObject({ status: 'failed' })
    const { data } = (await bounded.api.call('GET', '/escalations')) as { data: object[] }
    expect(data).toMatchObject([{ flow_id: id, source: 'flow_failed' }])
  })

  it('counts what its calls and its model cost', async () => {
    await using spending = await startTestHub({ env: { MODEL_PRICES: 'sandbox-scripted-1=0.5/2' } })
    const ticket = spending.assign(ABHISHEK)
    await spending.settle()
    const flow = await spending.flowOf(ticket)
    const { modelRuns, calls } = await spending.runOf(ticket)
    const cost = (rows: Record<string, unknown>[]) =>
      rows.reduce((sum, { cost_usd }) => sum + Number(cost_usd ?? 0), 0)
    expect(cost(calls)).toBeGreaterThan(0)
    expect(cost(modelRuns)).toBeGreaterThan(0)
    expect(flow.spent_usd).toBeCloseTo(cost(calls) + cost(modelRuns), 9)
  })
})
