import { afterAll, describe, expect, it } from 'vitest'
import { countEffects } from '../../src/sandbox/index.ts'
import { qb } from '../../src/store/index.ts'
import { type CrashingHub, startCrashingHub } from './crashing-hub.ts'

/** About 45 s on two idle cores, nearly all of it starting processes. */
const WITHIN_MS = 300_000
const FROM_THE_VERDICT_ON = ['brief', 'hand_over', 'escalate', 'write_card', 'tell_team'].map(
  (step) => `^step ${step} `,
)
const AT_THE_HAND_OVER = ['hand_over_ticket', 'create_escalation'].map((skill) => `^effect ${skill} `)

/** Another one, to look for more. */
const SEED = Number(process.env.CRASH_SEED ?? 20_260_302)
const RANDOM_KILLS = 25
/** From when the hub says that it is ready. */
const LIVES_AT_MOST_MS = 250
/** Requests that are carried out, and whose answers never arrive. */
const LOSING = [
  ['resend', 'POST /emails'],
  ['vapi', 'POST /call'],
  ['zendesk', 'PUT /tickets'],
  ['slack', 'POST chat.postMessage'],
  ['discord', 'POST /messages'],
] as const
const SHUFFLED = { duplicates: 1, reorder: true, delay: 0, lose: 0 }

const table: string[] = []
afterAll(() => {
  process.stdout.write(`\n${table.join('\n')}\n`)
})

/** A guest writes in, and the desk gives their ticket to AI. @returns its id. */
function guestWritesIn(hub: CrashingHub, name: string): string {
  const { control } = hub.sandbox
  const ticket = control.createTicket({
    requester: `${name}@guests.example`,
    name,
    locale: 'en',
    timeZone: 'Europe/Lisbon',
    subject: 'A room for three in Lisbon',
    text: 'Hello, could you recommend a quiet family room in Lisbon for three of us in May? Thank you!',
  })
  control.assignToAi(ticket.id)
  return ticket.id
}

/** What must hold after any crashes: every intended effect once, nothing lost, nothing stuck. */
async function expectOnceEach(
  hub: CrashingHub,
  tickets: readonly string[],
  outcome: 'resolved' | 'escalated',
) {
  const { world } = hub.sandbox
  const effects = countEffects(world)
  const raised = Object.values(effects.webhooks).reduce((sum, counters) => sum + counters.raised, 0)
  const left = await hub.look(async ({ read }) => ({
    deliveries: (await read.all(qb.selectFrom('deliveries').select('id'))).length,
    failures: await read.all(qb.selectFrom('flow_logs').select('message').where('type', '=', 'step_failed')),
    escalations: await read.all(qb.selectFrom('escalations').select('reason').where('source', '!=', 'flow')),
    flows: await read.all(qb.selectFrom('flows').select(['status', 'outcome'])),
    calls: await read.all(qb.selectFrom('calls').select(['status', 'outcome'])),
    unanswered: await read.all(
      qb.selectFrom('effects').select(['skill', 'state']).where('state', '!=', 'done'),
    ),
    work: await read.all(
      qb
        .selectFrom('work')
        .select(['kind', 'state', 'last_error'])
        .where((where) =>
          where.or([where('state', '!=', 'due'), where('kind', 'not in', KINDS_THAT_MAY_WAIT)]),
        ),
    ),
  }))
  expect(left).toEqual({
    deliveries: raised,
    failures: [],
    escalations: [],
    flows: tickets.map(() => ({ status: 'completed', outcome })),
    calls: tickets.map(() => ({ status: 'completed', outcome: 'answered' })),
    unanswered: [],
    work: [],
  })

  const once = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, 1]))
  const requesters = tickets.map((ticket) => world.tickets[ticket]?.requesterId ?? '?')

  expect(effects.mails.byPerson).toEqual(once(requesters))
  expect(Object.values(effects.mails.byKey)).toEqual(tickets.map(() => 1))
  expect(Object.values(effects.calls.byExternalId)).toEqual(tickets.map(() => 1))
  expect(effects.desk.commentsByTicket).toEqual(once(tickets))
  expect(Object.values(effects.desk.updatesByMarker)).toEqual(tickets.map(() => 1))
  const cards = once(tickets.map((ticket) => `case:zendesk:${ticket}`))
  expect(effects.chat).toEqual({ slack: cards, discord: cards })
  for (const ticket of tickets)
    expect(world.tickets[ticket]?.status).toBe(outcome === 'resolved' ? 'solved' : 'open')
  for (const counters of Object.values(effects.webhooks))
    expect(counters).toMatchObject({
      accepted: counters.raised + counters.duplicated,
      abandoned: 0,
      refused: 0,
    })
}

/** What goes on for ever, timers of waits that an event ended, backoffs of calls that a report ended: all find nothing to do. */
const KINDS_THAT_MAY_WAIT = ['desk.poll', 'flow.watch', 'call.watch', 'flow.run', 'call.place', 'call.poll']

describe.concurrent('a hub that is killed', () => {
  it.each([
    ['at every boundary between two steps', '^step ', ['step profile before', 'step tell_team after']],
    ['around every request', '^effect ', ['effect send_email trying', 'effect dial_call answered']],
  ])('%s does each thing once', { timeout: WITHIN_MS }, async (where, points, among) => {
    await using hub = await startCrashingHub()
    const ticket = guestWritesIn(hub, 'Ines')
    await hub.runUntilSettled([ticket], { at: [points] })
    tell('resolved', hub, `killed at ${hub.diedAt().length} points ${where}`)
    expect(hub.diedAt()).toEqual(expect.arrayContaining(among))
    await expectOnceEach(hub, [ticket], 'resolved')
  })

  it('on the way to a person does each thing once', { timeout: WITHIN_MS }, async () => {
    await using hub = await startCrashingHub({ settings: { call: 'angry' } })
    const ticket = guestWritesIn(hub, 'Nuno')
    await hub.runUntilSettled([ticket], { at: [...FROM_THE_VERDICT_ON, ...AT_THE_HAND_OVER] })
    tell('escalated', hub, `killed at ${hub.diedAt().length} points`)
    expect(hub.diedAt()).toEqual(
      expect.arrayContaining(['effect hand_over_ticket answered', 'step brief before']),
    )
    await expectOnceEach(hub, [ticket], 'escalated')
  })

  it('at any moment, with answers that get lost and shuffled webhooks, does each thing once', {
    timeout: WITHIN_MS,
  }, async () => {
    await using hub = await startCrashingHub({ settings: { webhooks: SHUFFLED } })
    const tickets = ['Rita', 'Hugo', 'Olga', 'Paul', 'Vera'].map((name) => guestWritesIn(hub, name))
    for (const [vendor, on] of LOSING)
      hub.sandbox.control.switchFault(vendor, { on, kind: 'timeout_after_effect', times: 2 })
    const random = seeded(SEED)
    let kills = 0
    const killAfterMs = () => (kills++ < RANDOM_KILLS ? Math.round(random() * LIVES_AT_MOST_MS) : undefined)
    await hub.runUntilSettled(tickets, { killAfterMs })
    tell('random', hub, `${tickets.length} tickets, killed at ${RANDOM_KILLS} moments (seed ${SEED})`)
    await expectOnceEach(hub, tickets, 'resolved')
  })
})

function tell(way: string, hub: CrashingHub, what: string) {
  const { mails, calls, desk } = countEffects(hub.sandbox.world)
  table.push(
    `${way.padEnd(9)} ${what}, started ${hub.starts()} times: ${mails.total} mails, ${calls.total} calls, ${desk.comments} notes`,
  )
}

/** The same kills in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}
