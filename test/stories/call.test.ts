import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { MAX_SCRIPT_CHARS } from '../../src/outreach/index.ts'
import { signVapi, VAPI } from '../../src/sandbox/vapi.ts'
import { qb } from '../../src/store/index.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const Call = z.looseObject({
  id: z.string(),
  status: z.string(),
  held_gate: z.string().nullable(),
  held_until: z.number().nullable(),
  attempts: z.number(),
  outcome: z.string().nullable(),
  context_pack: z.looseObject({ firstMessage: z.string(), systemPrompt: z.string() }),
})

async function calls(hub: TestHub) {
  return z.object({ data: z.array(Call) }).parse(await hub.api.call('GET', '/calls')).data
}

const dialled = (hub: TestHub) => Object.values(hub.control.world.calls)

/** A signed report that tells of the first call another end than it had. */
async function tellOtherwise(hub: TestHub) {
  const text = JSON.stringify({
    message: {
      type: 'end-of-call-report',
      endedReason: 'customer-did-not-answer',
      timestamp: hub.clock.now(),
      call: { id: dialled(hub)[0]?.id, status: 'ended', endedReason: 'customer-did-not-answer' },
      artifact: { messages: [] },
    },
  })
  return fetch(`${hub.url}/api/v1/webhooks/call_completed?provider=vapi`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signVapi(VAPI.webhookSecret, text, hub.clock.now()) },
    body: text,
  })
}

/** Quiet hours in this zone that began an hour ago and end in so many hours. */
function quietNow(zone: string, hours: number): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return `${format.format(Date.now() - HOUR)}-${format.format(Date.now() + hours * HOUR)}`
}

describe('before a call', () => {
  it('is held in the customer’s own night, says by which gate and until when, and is placed after it', async () => {
    await using hub = await startTestHub({ env: { QUIET_HOURS: quietNow('Asia/Kolkata', 5) } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()

    const [held] = await calls(hub)
    expect(held).toMatchObject({ status: 'pending_ai_call', held_gate: 'quiet_hours' })
    expect(held?.held_until).toBeGreaterThan(hub.clock.now() + 4 * HOUR)
    expect(held?.held_until).toBeLessThan(hub.clock.now() + 5 * HOUR + MINUTE)
    await hub.pass(4 * HOUR)
    expect(dialled(hub)).toHaveLength(0)
    await hub.pass(HOUR + MINUTE)
    expect(dialled(hub)).toHaveLength(1)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
  })

  it('can be read in full before it is dialled, and what the assistant is told is bounded', async () => {
    await using hub = await startTestHub({ env: { QUIET_HOURS: quietNow('Asia/Kolkata', 5) } })
    await hub.learn('rooms-goa', 'prices-goa-2027', 'offer-goa-family-week', 'faq-airport-transfer')
    hub.assign(ABHISHEK)
    await hub.settle()

    const [held] = await calls(hub)
    const { context_pack: pack } = Call.parse(await hub.api.call('GET', `/calls/${held?.id}`))
    expect(pack.firstMessage).toMatch(/AI assistant of Lumen Hotels.*not a person.*recorded/)
    expect(pack.systemPrompt.length).toBeLessThanOrEqual(MAX_SCRIPT_CHARS)
    for (const part of ['Lumen Hotels', 'Abhishek Rao', 'Trip for three', 'Discounts, refunds', 'source'])
      expect(pack.systemPrompt).toContain(part)
    await hub.pass(6 * HOUR)
    expect(JSON.stringify(dialled(hub)[0]?.request)).toContain(JSON.stringify(pack.firstMessage).slice(1, -1))
  })

  it('waits until the cap of contacts per day allows it', async () => {
    await using hub = await startTestHub({ env: { CONTACT_DAILY_CAP: '1' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await calls(hub)).toMatchObject([{ status: 'pending_ai_call', held_gate: 'daily_cap' }])
    expect(dialled(hub)).toHaveLength(0)
    await hub.pass(24 * HOUR + MINUTE)
    expect(dialled(hub)).toHaveLength(1)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
  })

  it('is not dialled once the flow has given the ticket to a person', async () => {
    await using hub = await startTestHub({
      env: { CALL_MAX_RETRIES: '12', CALL_RETRY_BACKOFF_MULTIPLIER: '3' },
    })
    hub.control.behave(ABHISHEK, { call: 'no_answer' })
    hub.control.set({ unansweredCalls: 99 })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(3 * 24 * HOUR + HOUR)
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    const before = dialled(hub).length
    await hub.pass(12 * 24 * HOUR)
    expect(dialled(hub)).toHaveLength(before)
  })
})

describe('POST /call', () => {
  it.each([
    ['an answer that was lost', 'timeout_after_effect' as const],
    ['a connection broken before', 'reset_before_effect' as const],
    ['a 500', { status: 500 }],
    ['a 429', { status: 429, retryAfterS: 20 }],
  ])('dials exactly once after %s, with our key', async (_what, kind) => {
    await using hub = await startTestHub()
    hub.control.switchFault('vapi', { on: 'POST /call', kind, times: 1 })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    await hub.pass(2 * MINUTE)

    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    expect(dialled(hub)).toHaveLength(1)
    expect(JSON.stringify(dialled(hub)[0]?.request)).toMatch(/"metadata":\{[^}]*eff_/)
    expect(await calls(hub)).toMatchObject([{ status: 'completed', attempts: 1 }])
  })

  it('waits its quarter of an hour after an unanswered call whose placing was never confirmed', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { call: 'no_answer' })
    hub.control.switchFault('vapi', { on: 'POST /call', kind: 'timeout_after_effect', times: 1 })
    hub.assign(ABHISHEK)
    await hub.settle()
    await hub.pass(14 * MINUTE)
    expect(dialled(hub)).toHaveLength(1)
    await hub.pass(2 * MINUTE)
    expect(dialled(hub)).toHaveLength(2)
  })
})

describe('the end of a call', () => {
  it('is asked for where no webhook comes', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'silent' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    hub.control.answerAsCustomer(ABHISHEK, 'Yes, your AI assistant may call me on +91 98201 23456.')
    hub.control.set({ pace: { callTalking: 40_000 } })
    await hub.settle()
    hub.control.set({ webhooks: { lose: 100 } })
    await hub.pass(5 * MINUTE)
    expect(await calls(hub)).toMatchObject([{ status: 'completed', outcome: 'answered' }])
    expect(hub.control.world.tickets[ticket]?.status).toBe('solved')
    // The webhook that comes after all, and says something else, changes nothing.
    expect((await tellOtherwise(hub)).status).toBe(200)
    await hub.pass(HOUR)
    expect(await calls(hub)).toMatchObject([{ status: 'completed', outcome: 'answered' }])
    expect(dialled(hub)).toHaveLength(1)
  })

  it('counts once, however often and in whatever order it is told', async () => {
    await using hub = await startTestHub()
    hub.control.set({ webhooks: { duplicates: 3, reorder: true } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    await hub.pass(MINUTE)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 }, desk: { comments: 1 } })
    const turns = (await hub.runOf(ticket)).messages.filter(({ channel }) => channel === 'call')
    expect(turns).toHaveLength(dialled(hub)[0]?.turns.length ?? -1)
  })

  it('is the same when webhook and poll say it at the same time', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'silent' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    hub.control.set({ pace: { callTalking: 5_000 } })
    hub.control.answerAsCustomer(ABHISHEK, 'Yes, your AI assistant may call me on +91 98201 23456.')
    await hub.settle()
    // Ends the call and makes the poll due in one jump.
    hub.clock.advance(MINUTE)
    await hub.settle()
    expect(await calls(hub)).toMatchObject([{ status: 'completed', attempts: 1 }])
    expect(hub.control.world.tickets[ticket]?.comments.filter(({ public: open }) => !open)).toHaveLength(1)
  })

  it('stays what it was when a different report comes later', async () => {
    await using hub = await startTestHub()
    hub.assign(ABHISHEK)
    await hub.settle()
    expect((await tellOtherwise(hub)).status).toBe(200)
    await hub.pass(HOUR)
    expect(await calls(hub)).toMatchObject([{ status: 'completed', outcome: 'answered' }])
    expect(dialled(hub)).toHaveLength(1)
  })
})

describe('calling again', () => {
  it.each(['no_answer', 'busy'] as const)(
    '%s is tried again later, each time after a longer wait',
    async (mood) => {
      await using hub = await startTestHub()
      hub.control.behave(ABHISHEK, { call: mood })
      hub.control.set({ unansweredCalls: 2 })
      const ticket = hub.assign(ABHISHEK)
      await hub.settle()
      expect(await calls(hub)).toMatchObject([{ status: 'pending_ai_call', held_gate: 'retry', attempts: 1 }])
      await hub.pass(16 * MINUTE)
      expect(dialled(hub)).toHaveLength(2)
      await hub.pass(16 * MINUTE)
      expect(dialled(hub)).toHaveLength(2)
      await hub.pass(16 * MINUTE)
      expect(dialled(hub)).toHaveLength(3)
      expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    },
  )

  it('a number that does not exist is never tried again: a person is asked', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { call: 'invalid' })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(24 * HOUR)
    expect(dialled(hub)).toHaveLength(1)
    expect(await calls(hub)).toMatchObject([{ status: 'failed', outcome: 'invalid_number' }])
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
    expect((await hub.runOf(ticket)).escalations[0]?.reason).toContain('cannot be called')
  })

  it('ends with a person after the last retry, with every attempt told', async () => {
    await using hub = await startTestHub({ env: { CALL_MAX_RETRIES: '1' } })
    hub.control.behave(ABHISHEK, { call: 'no_answer' })
    hub.control.set({ unansweredCalls: 99 })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(24 * HOUR)
    expect(dialled(hub)).toHaveLength(2)
    expect(await calls(hub)).toMatchObject([{ status: 'failed', outcome: 'no_answer', attempts: 2 }])
    expect((await hub.runOf(ticket)).escalations[0]?.reason).toMatch(/Nobody answered/)
  })

  it('is judged by what was said on the last call alone, not by an answering machine before it', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { call: 'voicemail' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(dialled(hub)).toHaveLength(1)
    hub.control.behave(ABHISHEK, { call: 'agrees' })
    await hub.pass(16 * MINUTE)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    const machine = dialled(hub)[0]?.turns[0]?.text ?? '-'
    const note = hub.control.world.tickets[ticket]?.comments.at(-1)?.body
    expect(note).toContain('Transcript')
    expect(note).not.toContain(machine)
  })
})

it('tells a person of a flow that failed for a reason of our own', async () => {
  await using hub = await startTestHub()
  hub.control.behave(ABHISHEK, { mail: 'silent' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  const { id } = await hub.flowOf(ticket)
  // A step that names no skill stands for any mistake of ours.
  const broken = qb.updateTable('flow_steps').set({ skill: 'no_such_skill', on_fail_goto: null })
  await hub.hub.store.write((tx) =>
    tx.run(broken.where('flow_id', '=', id).where('name', '=', 'record_phone')),
  )
  hub.control.answerAsCustomer(ABHISHEK, 'Yes, call me on +91 98201 23456.')
  await hub.pass(HOUR)
  expect(await hub.flowOf(ticket)).toMatchObject({ status: 'failed' })
  expect((await hub.runOf(ticket)).escalations).toMatchObject([
    {
      source: 'flow_failed',
      reason: expect.stringContaining('failed'),
      brief: expect.stringContaining('no_such_skill'),
    },
  ])
})
