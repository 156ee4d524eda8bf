import { describe, expect, it } from 'vitest'
import type { StepInput } from '../../src/flows/index.ts'
import type { ChatServer } from '../../src/sandbox/world.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { saveTemplate, startAgain, startFlowOf } from '../saved-template.ts'

const HOUR = 3_600_000

const messagesIn = (server: ChatServer) =>
  Object.values(server.channels).flatMap((channel) => Object.values(channel.messages))
const slack = (hub: TestHub) => messagesIn(hub.control.world.chat.slack).filter(({ thread }) => !thread)
const inThreads = (hub: TestHub) => messagesIn(hub.control.world.chat.slack).filter(({ thread }) => thread)
const discord = (hub: TestHub) => messagesIn(hub.control.world.chat.discord)

const prompt: StepInput = {
  type: 'user_prompt',
  name: 'room',
  title: 'Choose a room',
  prompt_type: 'choice',
  message: 'Which room shall it be?',
  options: [
    { value: '1', label: 'Sea view' },
    { value: '2', label: 'Garden' },
  ],
  within: '48h',
  remind_after: '24h',
}
const look: StepInput = {
  type: 'tool_call',
  name: 'look',
  title: 'Look it up',
  skill: 'search_knowledge',
  input: { query: 'rooms' },
}
const approval: StepInput = {
  type: 'approval',
  name: 'approve',
  title: 'Send it',
  policy: 'always',
  payload: { subject: 'Your trip', text: 'Dear guest, all is booked.' },
  within: '4h',
}

async function respond(hub: TestHub, flowId: string, step: string, value: string) {
  const flow = await hub.api.flow(flowId)
  const { id } = flow.steps.find(({ name }) => name === step) ?? {}
  await hub.api.call('POST', `/ai/flows/${flowId}/steps/${id}/respond`, { response: { value } })
  await hub.settle()
}

describe('a flow that asks a person', () => {
  it('has one card in each chat: the question, its answers, until when, and what happens without one', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [look, prompt, { ...look, name: 'again', title: 'Look again' }])
    expect([slack(hub).length, discord(hub).length]).toEqual([1, 1])
    const [message] = slack(hub)
    expect(message?.text).toContain('Needs an answer · A flow of a test')
    const card = JSON.stringify(message?.body)
    for (const part of [
      'Which room shall it be?',
      'Sea view / Garden',
      'Without an answer the flow fails',
      '✓ Look it up',
      '⏸ Choose a room',
      '· Look again',
      'Until',
      `#/runs/${id}`,
    ])
      expect(card).toContain(part)
  })

  it('has its card edited in place when it is answered, and when it ends: by whom, when', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [prompt, look])
    await respond(hub, id, 'room', '2')
    for (const [message, ...more] of [slack(hub), discord(hub)]) {
      expect(more).toEqual([])
      expect(message?.text).toContain('Done · A flow of a test')
      const card = JSON.stringify(message?.body)
      expect(card).toMatch(/✓ Choose a room, by user:api, \w+,? \d+ \w+,? \d\d:\d\d UTC/)
      expect(card).not.toContain('Which room shall it be?')
    }
  })

  it('shows what is to be approved', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [approval, look])
    const [message] = slack(hub)
    expect(message?.text).toContain('Needs approval · A flow of a test')
    const card = JSON.stringify(message?.body)
    for (const part of ['subject: Your trip', 'text: Dear guest, all is booked.', 'approval of'])
      expect(card).toContain(part)
    await respond(hub, id, 'approve', 'approve')
    expect(slack(hub).map(({ text }) => text)).toEqual([expect.stringContaining('Done')])
  })

  it('is told of in the thread of its card when it is reminded and when it is handed on', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [prompt])
    const step = (await hub.api.flow(id)).steps[0]
    await hub.api.call('POST', `/ai/flows/${id}/steps/${step?.id}/delegate`, { to: 'user:ada' })
    await hub.settle()
    expect(inThreads(hub).map(({ text }) => text)).toEqual([expect.stringMatching(/Handed on · user:ada/)])
    expect(JSON.stringify(slack(hub)[0]?.body)).toContain('user:ada')
    await hub.pass(25 * HOUR)
    expect(inThreads(hub).at(-1)?.text).toContain('Still waiting')
    expect(inThreads(hub)).toHaveLength(2)
    expect(slack(hub)).toHaveLength(1)
  })

  it('has its card say that it was cancelled', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [prompt])
    await hub.api.call('POST', `/ai/flows/${id}/cancel`, { reason: 'not needed any more' })
    await hub.settle()
    expect(slack(hub).map(({ text }) => text)).toEqual([expect.stringContaining('Cancelled')])
    expect(JSON.stringify(slack(hub)[0]?.body)).toContain('not needed any more')
  })

  it('that nobody answers tells with its escalation, on the same card', async () => {
    await using hub = await startTestHub()
    await startFlowOf(hub, [prompt])
    await hub.pass(49 * HOUR)
    expect(slack(hub).map(({ text }) => text)).toEqual([expect.stringContaining('Failed')])
  })

  it('in a branch asks on the card of the flow around it', async () => {
    await using hub = await startTestHub()
    const branches = [{ name: 'one', steps: [prompt] }]
    const id = await startFlowOf(hub, [
      { type: 'parallel', name: 'both', title: 'Both at once', branches },
      look,
    ])
    const card = () => JSON.stringify(slack(hub).map(({ body }) => body))
    for (const part of ['Needs an answer · A flow of a test', 'Which room shall it be?', '⏸ Both at once'])
      expect(card()).toContain(part)
    const asking = /#\/runs\/(flw_\w+)/.exec(card())?.[1] ?? ''
    expect(asking).not.toBe(id)
    await respond(hub, asking, 'room', '1')
    expect(slack(hub).map(({ text }) => text)).toEqual([expect.stringContaining('Done')])
  })

  it('pauses at a bound with a card', async () => {
    await using hub = await startTestHub()
    const goes: StepInput = { ...look, name: 'goes', on_success: 'goes' }
    await saveTemplate(hub, { name: 'circle', steps: [goes], bounds: { steps: 3 } })
    await startAgain(hub, 'circle')
    expect(slack(hub).map(({ text }) => text)).toEqual([expect.stringContaining('Paused at a bound')])
    const card = JSON.stringify(slack(hub)[0]?.body)
    for (const part of ['3 are allowed', 'May it use as much again?', 'Yes / No'])
      expect(card).toContain(part)
  })
})

it('a flow that asks nobody has no card', async () => {
  await using hub = await startTestHub()
  await startFlowOf(hub, [look])
  expect([...slack(hub), ...discord(hub)]).toEqual([])
})

it('the main job asks for its approvals on the case’s one card, which then tells its outcome', async () => {
  await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first' } })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  expect(slack(hub).map(({ text }) => text)).toEqual([expect.stringContaining('Needs approval')])
  const flow = await hub.flowOf(ticket)
  const waiting = flow.steps.find(({ status }) => status === 'awaiting_user')
  await hub.api.approve(flow.id, waiting?.id ?? '')
  await hub.pass(HOUR)
  expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
  expect(slack(hub).map(({ text }) => text)).toEqual([expect.stringContaining('Resolved by AI')])
})
