import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { stepOf } from './start-template.ts'

const Preview = z.object({
  from: z.looseObject({ name: z.string() }),
  effects: z.array(
    z.looseObject({
      position: z.number(),
      step: z.string(),
      skill: z.string(),
      effect: z.string(),
      about: z.string(),
      earlier: z.string(),
      again: z.string(),
    }),
  ),
})
const Started = z.object({ flow: z.looseObject({ id: z.string(), replay_of: z.string() }) })

const preview = async (hub: TestHub, flowId: string, from: string) =>
  Preview.parse(await hub.api.call('GET', `/ai/flows/${flowId}/replay?from=${from}`)).effects

async function replay(hub: TestHub, flowId: string, body: Record<string, unknown>) {
  const { flow } = Started.parse(await hub.api.call('POST', `/ai/flows/${flowId}/replay`, body))
  await hub.settle()
  return hub.api.flow(flow.id)
}

/** The main job of a customer who says nothing yet, ended after its first mail; the ticket is still the AI's. */
async function ended(env: Record<string, string> = {}) {
  const hub = await startTestHub({ env })
  hub.control.behave(ABHISHEK, { mail: 'silent' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  const { id } = await hub.flowOf(ticket)
  if (env.APPROVE_CONTACTS) {
    await hub.api.approve(id, (await stepOf(hub, id, 'approve_mail')).id)
    await hub.settle()
  }
  await hub.api.call('POST', `/ai/flows/${id}/cancel`, { reason: 'to be done again' })
  await hub.settle()
  return { hub, ticket, id }
}

/** The customer answers the last mail that they got. */
async function answers(hub: TestHub, text: string) {
  const mail = Object.values(hub.control.world.mails)
    .filter(({ direction }) => direction === 'sent')
    .at(-1)
  hub.control.answerAsCustomer(ABHISHEK, text)
  expect(mail).toBeDefined()
  await hub.settle()
}

describe('replaying a flow from a step', () => {
  it('lists before what would happen again, to whom, and what is skipped', async () => {
    const { hub, ticket, id } = await ended()
    await using _ = hub
    const effects = await preview(hub, id, 'draft_mail')
    expect(effects.find(({ step }) => step === 'send_mail')).toMatchObject({
      skill: 'send_email',
      effect: 'contact',
      earlier: 'done',
      again: 'if_ticked',
      about: expect.stringContaining(`zendesk:${ticket}`),
    })
    expect(effects.find(({ step }) => step === 'place_call')).toMatchObject({
      effect: 'contact',
      earlier: 'none',
      again: 'yes',
    })
    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toHaveLength(1)
  })

  it('goes on with the answer to the mail that was sent before, without sending it again', async () => {
    const { hub, id } = await ended()
    await using _ = hub
    const again = await replay(hub, id, { from: 'draft_mail' })
    expect(again).toMatchObject({ replay_of: id, status: 'waiting', waiting_for: "the customer's reply" })
    expect(hub.effects().mails.total).toBe(1)
    await answers(hub, `Yes, your AI assistant may call me on ${hub.control.phoneOf(ABHISHEK)}.`)
    await hub.pass(3_600_000)
    expect(await hub.api.flow(again.id)).toMatchObject({ status: 'completed', outcome: 'resolved' })
    expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 } })
    expect(await hub.api.flow(id)).toMatchObject({ status: 'cancelled' })
  })

  it('sends again what is ticked, with an approval of its own and within the contact policy', async () => {
    const { hub, id } = await ended({ APPROVE_CONTACTS: 'first' })
    await using _ = hub
    const { position } = z.looseObject({ position: z.number() }).parse(await stepOf(hub, id, 'send_mail'))
    const again = await replay(hub, id, { from: 'draft_mail', again: [position] })
    expect(again).toMatchObject({ status: 'awaiting_user' })
    expect(hub.effects().mails.total).toBe(1)
    await hub.api.approve(again.id, (await stepOf(hub, again.id, 'approve_mail')).id)
    await hub.settle()
    expect(hub.effects().mails.total).toBe(2)
  })

  it('holds a contact that the policy does not allow now', async () => {
    const { hub, id } = await ended({ CONTACT_DAILY_CAP: '1' })
    await using _ = hub
    const { position } = z.looseObject({ position: z.number() }).parse(await stepOf(hub, id, 'send_mail'))
    const again = await replay(hub, id, { from: 'send_mail', again: [position] })
    expect(again.status).toBe('waiting')
    expect(hub.effects().mails.total).toBe(1)
  })

  it('takes changed input, held to the skill', async () => {
    const { hub, id } = await ended()
    await using _ = hub
    const { position } = z.looseObject({ position: z.number() }).parse(await stepOf(hub, id, 'send_mail'))
    const wrong = { from: 'send_mail', again: [position], input: { subject: '', colour: 'red' } }
    await expect(hub.api.call('POST', `/ai/flows/${id}/replay`, wrong)).rejects.toThrow('colour')
    await replay(hub, id, { from: 'send_mail', again: [position], input: { subject: 'Once more' } })
    const sent = Object.values(hub.control.world.mails).filter(({ direction }) => direction === 'sent')
    expect(sent.at(-1)?.subject).toBe('Once more')
  })

  it('is refused while the ticket has an unfinished flow, and once the ticket is not the AI’s any more', async () => {
    const { hub, ticket, id } = await ended()
    await using _ = hub
    const first = await replay(hub, id, { from: 'wait_reply' })
    await expect(replay(hub, id, { from: 'wait_reply' })).rejects.toThrow('409')
    hub.control.takeFromAi(ticket)
    await hub.settle()
    expect((await hub.api.flow(first.id)).status).toBe('cancelled')
    await expect(replay(hub, id, { from: 'wait_reply' })).rejects.toThrow('not_assigned')
    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toHaveLength(2)
  })

  it.each([
    [{ from: 99 }, '404'],
    [{ from: 'nowhere' }, '404'],
    [{ from: 'wait_reply', again: [0] }, 'bad_input'],
    [{ from: 'wait_reply', input: { text: 'x' } }, 'takes no input'],
    [{}, 'from'],
  ])('is refused for %j, and nothing is started', async (body, told) => {
    const { hub, ticket, id } = await ended()
    await using _ = hub
    await expect(hub.api.call('POST', `/ai/flows/${id}/replay`, body)).rejects.toThrow(told)
    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toHaveLength(1)
  })
})
