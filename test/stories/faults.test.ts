import { describe, expect, it } from 'vitest'
import type { Fault } from '../../src/sandbox/standin.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const MINUTE = 60_000

/** Every write of the job, by vendor and request. */
const writes = [
  ['resend', 'POST /emails'],
  ['vapi', 'POST /call'],
  ['zendesk', 'PUT /tickets'],
  ['slack', 'POST chat.postMessage'],
  ['discord', 'POST /messages'],
] as const

const faults: [string, Fault['kind']][] = [
  ['a 429 with Retry-After', { status: 429, retryAfterS: 30 }],
  ['a 503', { status: 503 }],
  ['a connection broken before anything happened', 'reset_before_effect'],
  ['an answer that was lost after it happened', 'timeout_after_effect'],
]

function onlyOnce(hub: TestHub) {
  const effects = hub.effects()
  const counts = [
    effects.mails.byKey,
    effects.calls.byExternalId,
    effects.chat.slack,
    effects.chat.discord,
    effects.desk.updatesByMarker,
    effects.desk.commentsByTicket,
  ]
  for (const count of counts)
    for (const [key, times] of Object.entries(count)) expect({ key, times }).toEqual({ key, times: 1 })
}

describe.each(faults)('%s', (_what, kind) => {
  it.each(writes)('at %s (%s) leaves a job that ends right, with every effect once', async (vendor, on) => {
    await using hub = await startTestHub()
    hub.control.switchFault(vendor, { on, kind, times: 1 })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(3 * MINUTE)

    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'resolved' })
    expect(hub.control.faults()[vendor]).toEqual([])
    expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 }, desk: { comments: 1 } })
    expect(Object.values(hub.effects().chat.slack)).toEqual([1])
    expect(Object.values(hub.effects().chat.discord)).toEqual([1])
    onlyOnce(hub)
  })
})

it('waits as long as Retry-After asks', async () => {
  await using hub = await startTestHub()
  hub.control.switchFault('resend', { on: 'POST /emails', kind: { status: 429, retryAfterS: 300 }, times: 1 })
  hub.assign(ABHISHEK)
  await hub.pass(299_000)
  expect(hub.effects().mails.total).toBe(0)
  await hub.pass(MINUTE)
  expect(hub.effects().mails.total).toBe(1)
})

it.each(['zendesk', 'resend', 'vapi', 'slack', 'discord', 'model'])(
  'a burst of trouble at %s, reads and writes alike, is outlasted',
  async (vendor) => {
    await using hub = await startTestHub()
    for (const kind of ['reset_before_effect', { status: 502 }, 'timeout_after_effect'] as const)
      hub.control.switchFault(vendor, { on: '* /', kind, times: 1 })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(20 * MINUTE)
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'resolved' })
    expect(hub.control.faults()[vendor]).toEqual([])
    onlyOnce(hub)
  },
)

it('everything at once: duplicated and reordered webhooks, lost answers and refusals at every vendor', async () => {
  await using hub = await startTestHub()
  hub.control.set({ webhooks: { duplicates: 2, reorder: true } })
  for (const [vendor, on] of writes) {
    hub.control.switchFault(vendor, { on, kind: 'timeout_after_effect', times: 1 })
    hub.control.switchFault(vendor, { on, kind: { status: 500 }, times: 1 })
  }
  const ticket = hub.assign(ABHISHEK)
  await hub.pass(20 * MINUTE)
  expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'resolved' })
  expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 }, desk: { comments: 1 } })
  onlyOnce(hub)
})

it('the way to a person survives lost answers at the desk and in chat', async () => {
  await using hub = await startTestHub()
  hub.control.behave(ABHISHEK, { call: 'angry' })
  for (const [vendor, on] of writes)
    hub.control.switchFault(vendor, { on, kind: 'timeout_after_effect', times: 1 })
  const ticket = hub.assign(ABHISHEK)
  await hub.pass(20 * MINUTE)
  expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'escalated' })
  expect((await hub.runOf(ticket)).escalations).toHaveLength(1)
  expect((await hub.runOf(ticket)).deskWrites.map(({ state }) => state)).not.toContain('trying')
  onlyOnce(hub)
})

it('a mail of which nobody can say whether it went out is not repeated: a person is asked', async () => {
  await using hub = await startTestHub()
  hub.control.switchFault('resend', { on: 'POST /emails', kind: 'timeout_after_effect', times: 1_000 })
  const ticket = hub.assign(ABHISHEK)
  await hub.pass(26 * 60 * MINUTE)
  expect(hub.effects().mails.total).toBe(1)
  expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'escalated' })
})
