import { expect, it } from 'vitest'
import { z } from 'zod'
import { RESEND } from '../../src/sandbox/resend.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const ANNA = 'anna.weber@weber-architekten.example'

/** What reached this customer, oldest first. */
function mailsTo(hub: TestHub, address: string) {
  return Object.values(hub.control.world.mails).filter(
    (mail) => mail.direction === 'sent' && mail.to.includes(address),
  )
}

function header(mail: { headers: Record<string, string> } | undefined, name: string): string | undefined {
  return Object.entries(mail?.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1]
}

it('writes in the language of the customer', async () => {
  await using hub = await startTestHub()
  hub.control.behave(ANNA, { mail: 'silent' })
  hub.assign(ANNA)
  await hub.settle()

  const [mail] = mailsTo(hub, ANNA)
  expect(mail?.text).toContain('KI-Assistent')
  expect(mail?.text).toMatch(/Telefonnummer|Nummer/)
  expect(mail?.html).toContain('lang="de"')
})

it('asks for the number and for consent to an AI voice, and recommends out of what it cites', async () => {
  await using hub = await startTestHub()
  await hub.learn('rooms-goa', 'prices-goa-2027', 'faq-airport-transfer')
  hub.control.behave(ABHISHEK, { mail: 'silent' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()

  const [mail] = mailsTo(hub, ABHISHEK)
  expect(mail?.text).toMatch(/phone number|number/i)
  expect(mail?.text).toMatch(/AI assistant/)
  const Drafted = z.object({
    writtenBy: z.literal('model'),
    citations: z.array(z.object({ chunk_id: z.string(), title: z.string() })).min(1),
  })
  const { citations } = Drafted.parse((await hub.flowOf(ticket)).step('draft_mail').result)
  const found = (await hub.runOf(ticket)).profile?.sources
  for (const { chunk_id } of citations) expect(JSON.stringify(found)).toContain(chunk_id)
})

it('blocks a draft with an invented price, names it, sends nothing, and asks a person', async () => {
  await using hub = await startTestHub()
  hub.control.set({ model: 'invented_prices' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()

  const flow = await hub.flowOf(ticket)
  expect(flow).toMatchObject({ status: 'completed', outcome: 'escalated' })
  expect(flow.step('draft_mail').error).toContain('49.90')
  expect(hub.effects().mails.total).toBe(0)
  const [escalation] = (await hub.runOf(ticket)).escalations
  expect(escalation?.brief).toContain('49.90')
  const actions = JSON.stringify(await hub.api.call('GET', '/ai/actions'))
  expect(actions).toContain('contact_blocked')
})

it('sends under an idempotency key, marked as automatic, with a reply address that only we can have made', async () => {
  await using hub = await startTestHub()
  hub.control.behave(ABHISHEK, { mail: 'silent' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()

  const flow = await hub.flowOf(ticket)
  const [mail] = mailsTo(hub, ABHISHEK)
  expect(mail?.key).toMatch(/^eff_/)
  expect(header(mail, 'auto-submitted')).toBe('auto-generated')
  expect(header(mail, 'x-switchboard-flow')).toBe(flow.id)
  expect(mail?.replyTo).toMatch(new RegExp(`^reply\\+${flow.id}\\.[a-z2-7]{16}@`))
  expect(mail?.text).toContain('Reply STOP')
})

it('threads the second mail of a flow under the first and under the answer to it', async () => {
  await using hub = await startTestHub()
  hub.control.behave(ABHISHEK, { mail: 'three_numbers' })
  hub.assign(ABHISHEK)
  await hub.settle()

  const [first, second] = mailsTo(hub, ABHISHEK)
  const answer = Object.values(hub.control.world.mails).find(({ answers }) => answers === first?.id)
  expect(header(first, 'in-reply-to')).toBeUndefined()
  expect(header(second, 'in-reply-to')).toBe(answer?.messageId)
  expect(header(second, 'references')).toBe(`${first?.messageId} ${answer?.messageId}`)
  expect(second?.replyTo).toBe(first?.replyTo)
})

it('announces the call where number and consent are on file, and places it when nobody objects', async () => {
  await using hub = await startTestHub({ env: { CALL_ANNOUNCED_AHEAD: '30m' } })
  const again = await secondTicketOf(hub)
  hub.control.behave(ABHISHEK, { mail: 'silent' })
  hub.control.assignToAi(again)
  await hub.settle()

  expect(await hub.flowOf(again)).toMatchObject({ status: 'waiting' })
  const announcing = mailsTo(hub, ABHISHEK).at(-1)
  expect(announcing?.text).toMatch(/call/)
  expect((await hub.flowOf(again)).step('draft_mail').result).toMatchObject({ kind: 'announce_call' })
  await hub.pass(29 * 60_000)
  expect(hub.effects().calls.total).toBe(1)
  await hub.pass(2 * 60_000)
  expect(hub.effects().calls.total).toBe(2)
  expect(await hub.flowOf(again)).toMatchObject({ outcome: 'resolved' })
})

it('does not call where an announced call is objected to in time', async () => {
  await using hub = await startTestHub({ env: { CALL_ANNOUNCED_AHEAD: '30m' } })
  const again = await secondTicketOf(hub)
  hub.control.behave(ABHISHEK, { mail: 'silent' })
  hub.control.assignToAi(again)
  await hub.settle()
  hub.control.answerAsCustomer(ABHISHEK, 'Please do not call me this time, I am travelling.')
  await hub.pass(3_600_000)

  expect(hub.effects().calls.total).toBe(1)
  const { consents } = await hub.runOf(again)
  expect(consents.at(-1)).toMatchObject({ kind: 'ai_call', given: 0, words: 'Please do not call' })
})

it('says who writes and from where', async () => {
  await using hub = await startTestHub({ env: { COMPANY_ADDRESS: 'Rua do Sol 1, Lisboa' } })
  hub.control.behave(ABHISHEK, { mail: 'silent' })
  hub.assign(ABHISHEK)
  await hub.settle()

  const [mail] = mailsTo(hub, ABHISHEK)
  expect(mail?.from).toBe(RESEND.from)
  expect(mail?.text).toContain('Lumen Hotels · Rua do Sol 1, Lisboa')
})

/** After a first job in which the customer gave number and consent. @returns a new ticket of theirs. */
async function secondTicketOf(hub: TestHub): Promise<string> {
  hub.assign(ABHISHEK)
  await hub.settle()
  expect(hub.effects().calls.total).toBe(1)
  const { id } = hub.control.createTicket({
    requester: hub.personOf(ABHISHEK).id,
    subject: 'One more night',
    text: 'Could we stay one more night in Goa?',
  })
  await hub.settle()
  return id
}
