import { describe, expect, it } from 'vitest'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { start, stepOf } from './start-template.ts'

const HOUR = 3_600_000

const callBack = (hub: TestHub, ticket = hub.ticketOf(ABHISHEK)) =>
  start(hub, 'callback_request', { ticket: `zendesk:${ticket}` })

describe('a customer who asked to be called', () => {
  it('is asked for number and consent, is called, and the ticket is closed', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'agrees', call: 'agrees' })
    const ticket = hub.ticketOf(ABHISHEK)
    const flow = await callBack(hub)
    await hub.pass(HOUR)
    expect(await hub.api.flow(flow.id)).toMatchObject({ status: 'completed', outcome: 'resolved' })
    expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 } })
    expect(hub.control.world.tickets[ticket]).toMatchObject({ status: 'solved' })
  })

  it('is called at once where both are on record', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'agrees', call: 'agrees' })
    await callBack(hub)
    await hub.pass(HOUR)
    const { mails } = hub.effects()
    const request = { requester: ABHISHEK, subject: 'Call me, please', text: 'About my next stay.' }
    const { id } = hub.control.createTicket(request)
    await hub.settle()
    const flow = await callBack(hub, id)
    await hub.pass(HOUR)
    expect(await hub.api.flow(flow.id)).toMatchObject({ status: 'completed', outcome: 'resolved' })
    expect((await stepOf(hub, flow.id, 'send_ask')).status).toBe('skipped')
    expect(hub.effects()).toMatchObject({ mails, calls: { total: 2 } })
  })

  it.each(['asks_human', 'voicemail'] as const)(
    'goes to a person, with the reason, when the call settles nothing: %s',
    async (call) => {
      await using hub = await startTestHub()
      hub.control.behave(ABHISHEK, { mail: 'agrees', call })
      const flow = await callBack(hub)
      await hub.pass(10 * 24 * HOUR)
      expect(await hub.api.flow(flow.id)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    },
  )

  it('is not called who says no, and a person goes on', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'refuses' })
    const flow = await callBack(hub)
    await hub.pass(HOUR)
    expect(await hub.api.flow(flow.id)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    expect((await stepOf(hub, flow.id, 'record_refusal')).status).toBe('completed')
    expect(hub.effects().calls.total).toBe(0)
  })

  it('is reminded once who does not answer, and then left to a person', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'silent' })
    const flow = await callBack(hub)
    await hub.pass(20 * 24 * HOUR)
    expect(await hub.api.flow(flow.id)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    expect(hub.effects()).toMatchObject({ mails: { total: 2 }, calls: { total: 0 } })
  })
})
