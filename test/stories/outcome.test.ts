import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { CallMood } from '../../src/sandbox/world.ts'
import { ABHISHEK, startTestHub } from '../hub.ts'

const FIELD = '5001'
const HUMAN_GROUP = '7002'

async function afterACall(mood: CallMood, env: Record<string, string> = {}) {
  const hub = await startTestHub({ env: { CALL_MAX_RETRIES: '0', ...env } })
  hub.control.behave(ABHISHEK, { call: mood })
  if (mood === 'no_answer' || mood === 'busy') hub.control.set({ unansweredCalls: 99 })
  const id = hub.assign(ABHISHEK)
  await hub.settle()
  const ticket = hub.control.world.tickets[id]
  if (!ticket) throw new Error('the ticket is gone')
  return { hub, id, ticket, flow: await hub.flowOf(id), run: await hub.runOf(id) }
}

const noteOf = (ticket: { comments: { public: boolean; body: string }[] }) =>
  ticket.comments.filter(({ public: open }) => !open).at(-1)?.body ?? ''

const Judged = z.object({
  class: z.string(),
  confidence: z.number(),
  quotes: z.array(z.string()),
  decision: z.string(),
})

describe('clear success', () => {
  it('solves the ticket with a note of summary, proof and transcript, and one success alert', async () => {
    const { hub, ticket, flow, run } = await afterACall('agrees')
    await using _ = hub
    expect(flow).toMatchObject({ outcome: 'resolved' })
    expect(ticket.status).toBe('solved')
    const note = noteOf(ticket)
    expect(note).toContain('Rests on')
    expect(note).toContain('Transcript:')
    const judged = Judged.parse(flow.step('judge_call').result)
    expect(judged).toMatchObject({ class: 'resolved', decision: 'solve' })
    expect(judged.confidence).toBeGreaterThanOrEqual(0.7)
    const said = Object.values(hub.control.world.calls)[0]
      ?.turns.map(({ text }) => text)
      .join('\n')
    for (const quote of judged.quotes) expect(said).toContain(quote)
    expect(run.escalations).toEqual([])
    expect(Object.values(hub.effects().chat.slack)).toEqual([1])
  })

  it('stores the transcript as messages of the customer’s one conversation', async () => {
    const { hub, flow } = await afterACall('agrees')
    await using _ = hub
    const { data } = z
      .object({
        data: z.array(z.looseObject({ channel: z.string(), direction: z.string(), body: z.string() })),
      })
      .parse(await hub.api.call('GET', `/customers/${flow.customer_id}/conversation?limit=100`))
    const turns = Object.values(hub.control.world.calls)[0]?.turns ?? []
    const stored = data.filter(({ channel }) => channel === 'call').map(({ body }) => body)
    expect(stored.toSorted()).toEqual(turns.map(({ text }) => text).toSorted())
    expect(
      data
        .filter(({ channel }) => channel === 'email')
        .map(({ direction }) => direction)
        .toSorted(),
    ).toEqual(['in', 'out'])
  })

  it('writes old and new value of every change into the ledger', async () => {
    const { hub, run } = await afterACall('agrees')
    await using _ = hub
    expect(run.deskWrites).toMatchObject([
      { field: 'status', old_value: 'open', new_value: 'solved', state: 'done' },
      { field: 'internal_note', old_value: null, state: 'done' },
    ])
  })
})

describe('every other end', () => {
  it.each([
    ['refuses', 'refused', /refused/i],
    ['angry', 'frustrated', /frustrated|angry|person/i],
    ['asks_human', 'frustrated|partial|refused', /asked for a person/i],
    ['wrong_person', 'wrong_person', /Somebody else answered/i],
    ['voicemail', 'voicemail', /answering machine/i],
    ['no_answer', 'technical', /Nobody answered/i],
    ['busy', 'technical', /busy/i],
    ['invalid', 'technical', /cannot be called/i],
  ] as const)(
    'a caller who "%s" ends as %s, with a person and the exact reasons',
    async (mood, classes, why) => {
      const { hub, ticket, flow, run } = await afterACall(mood)
      await using _ = hub
      expect(flow).toMatchObject({ status: 'completed', outcome: 'escalated' })
      const judged = Judged.parse(flow.step('judge_call').result)
      expect(judged.class).toMatch(new RegExp(`^(${classes})$`))
      expect(ticket.status).not.toBe('solved')
      expect(noteOf(ticket)).toMatch(why)
      expect(run.escalations).toHaveLength(1)
      expect(run.escalations[0]?.brief).toMatch(why)
    },
  )

  it('marks the ticket "Escalate - VIP" in the desk’s own way and gives it to the human group', async () => {
    const { hub, ticket, run } = await afterACall('angry')
    await using _ = hub
    expect(ticket.tags).toContain('escalate_vip')
    expect(ticket.fields[FIELD]).toMatch(/escalate.*vip/i)
    expect(ticket).toMatchObject({ groupId: HUMAN_GROUP, assigneeId: null, status: 'open' })
    expect(ticket.tags).not.toContain('ai_processing')
    const fields = Object.fromEntries(run.deskWrites.map((write) => [write.field, write]))
    expect(fields.assigneeId).toMatchObject({ old_value: '9001', new_value: null, state: 'done' })
    expect(fields.groupId).toMatchObject({ new_value: HUMAN_GROUP })
    expect(fields.tags?.new_value).toContain('escalate_vip')
    expect(fields[`field:${FIELD}`]).toMatchObject({ state: 'done' })
  })

  it('tells the person why, what was tried and what was promised', async () => {
    const { hub, run } = await afterACall('angry')
    await using _ = hub
    const { brief, priority } = run.escalations[0] ?? { brief: '', priority: '' }
    expect(priority).toBe('high')
    expect(brief).toMatch(/^Why: /m)
    expect(brief).toMatch(/^AI tried: .*Send the first e-mail: done.*Call the customer: done/m)
    expect(brief).toMatch(/^Promised: /m)
    expect(brief).toMatch(/^Next: /m)
  })

  it('goes to a person when the model is sure but its quotes were never said', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'silent' })
    const id = hub.assign(ABHISHEK)
    await hub.settle()
    hub.control.answerAsCustomer(ABHISHEK, 'Yes, your AI assistant may call me on +91 98201 23456.')
    hub.control.set({ pace: { callTalking: 60_000 } })
    await hub.settle()
    hub.control.set({ model: 'invented_quotes' })
    await hub.pass(120_000)
    expect(await hub.flowOf(id)).toMatchObject({ outcome: 'escalated' })
    expect(hub.control.world.tickets[id]?.status).not.toBe('solved')
    expect((await hub.runOf(id)).escalations[0]?.brief).toContain('No words in the transcript show it')
  })

  it('does not count words that order the model to call it solved', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { call: 'refuses' })
    hub.control.set({ model: 'obeys_injection' })
    const id = hub.assign(ABHISHEK)
    await hub.settle()
    expect(hub.control.world.tickets[id]?.status).not.toBe('solved')
    expect(await hub.flowOf(id)).toMatchObject({ outcome: 'escalated' })
  })
})

it('keeps the case alive for people when the desk is down at the end', async () => {
  await using hub = await startTestHub()
  hub.control.behave(ABHISHEK, { call: 'angry' })
  hub.control.switchFault('zendesk', { on: 'PUT /tickets', kind: { status: 503 }, times: 1_000 })
  const id = hub.assign(ABHISHEK)
  await hub.pass(2 * 3_600_000)
  expect(await hub.flowOf(id)).toMatchObject({ status: 'completed', outcome: 'escalated' })
  expect((await hub.runOf(id)).escalations.map(({ source }) => source)).toContain('flow')
  expect(Object.values(hub.effects().chat.slack)).toEqual([1])
})
