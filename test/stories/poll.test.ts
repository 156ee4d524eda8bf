import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { ask, metric } from '../doors.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const MINUTE = 60_000

const Average = z.object({ average: z.number().nullable(), tickets: z.number() })
const Figures = z.looseObject({
  open: z.number(),
  byStatus: z.record(z.string(), z.number()),
  byPriority: z.record(z.string(), z.number()),
  byAge: z.record(z.string(), z.number()),
  firstReplyMinutes: Average,
  resolutionMinutes: Average,
  gaps: z.array(
    z.object({
      desk: z.string(),
      missed: z.number(),
      recovered: z.number(),
      polled_at: z.number().nullable(),
    }),
  ),
})
const figures = async (hub: TestHub, query = '') =>
  Figures.parse((await ask(hub, 'GET', `/api/v1/tickets/figures${query}`)).json)

/** Loses every webhook that is on its way from now on. */
const loseWebhooks = (hub: TestHub) => hub.control.set({ webhooks: { lose: 1_000 } })

describe('when a webhook is lost', () => {
  it('the poll finds the assignment in the change list, starts the job and counts the gap', async () => {
    await using hub = await startTestHub()
    await hub.settle()
    loseWebhooks(hub)
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toEqual([])

    hub.control.set({ webhooks: { lose: 0 } })
    await hub.pass(3 * MINUTE)

    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toMatchObject([{ outcome: 'resolved' }])
    const { gaps } = await figures(hub)
    expect(gaps).toMatchObject([{ desk: 'zendesk', missed: 1, recovered: 1 }])
    expect(await metric(hub, 'switchboard_desk_missed_total', { desk: 'zendesk' })).toBe(1)
    expect(await metric(hub, 'switchboard_desk_recovered_total', { desk: 'zendesk' })).toBe(1)
  })

  it('the poll finds that a person took the ticket, and ends the flow', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'always' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    loseWebhooks(hub)
    await hub.pass(5_000)
    hub.control.takeFromAi(ticket)
    await hub.pass(3 * MINUTE)

    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'cancelled', outcome: 'taken_over' })
    expect(hub.effects().mails.total).toBe(0)
  })

  it('finds a second change within the same second, of which the desk tells the same time', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'always' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const atDesk = hub.control.world.tickets[ticket]
    if (!atDesk) throw new Error('the ticket is not at the desk')
    const assignedAt = atDesk.updatedAt
    loseWebhooks(hub)
    hub.control.takeFromAi(ticket)
    atDesk.updatedAt = assignedAt
    await hub.pass(3 * MINUTE)

    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'taken_over' })
  })

  it('counts nothing as missed that a webhook brought', async () => {
    await using hub = await startTestHub()
    hub.assign(ABHISHEK)
    await hub.pass(10 * MINUTE)

    expect((await figures(hub)).gaps).toMatchObject([{ missed: 0, recovered: 0 }])
  })
})

it('goes on over a restart where it stood: what changed while the hub was down is found, and once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-poll-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  let ticket = ''
  {
    await using hub = await startTestHub({ folder })
    await hub.pass(2 * MINUTE)
    loseWebhooks(hub)
    ticket = hub.assign(ABHISHEK)
  }
  await using hub = await startTestHub({ folder })
  hub.control.set({ webhooks: { lose: 0 } })
  const exports = () => hub.sandbox.standIns.zendesk.seen.filter(({ path }) => path.includes('/incremental/'))
  await hub.pass(3 * MINUTE)

  expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toMatchObject([{ outcome: 'resolved' }])
  expect((await figures(hub)).gaps).toMatchObject([{ missed: 1, recovered: 1 }])
  expect(exports().length).toBeGreaterThan(0)
  expect(hub.effects().mails.total).toBe(1)
})

it('reads what changed since its cursor, and not all of it again', async () => {
  await using hub = await startTestHub()
  await hub.settle()
  const known = hub.control.world.tickets[hub.ticketOf(ABHISHEK)]
  if (!known) throw new Error('the ticket is not at the desk')
  // Not noted in the desk's change list: whoever sees it has read everything.
  known.priority = known.priority === 'urgent' ? 'low' : 'urgent'
  await hub.pass(5 * MINUTE)

  const { json } = await ask(hub, 'GET', `/api/v1/tickets/zendesk/${known.id}`)
  expect(z.looseObject({ priority: z.string().nullable() }).parse(json).priority).not.toBe(known.priority)
})

it('does not move on over a page that could not be applied', async () => {
  await using hub = await startTestHub()
  await hub.settle()
  loseWebhooks(hub)
  const ticket = hub.assign(ABHISHEK)
  hub.control.switchFault('zendesk', { on: 'GET /users/', kind: { status: 503 }, times: 3 })
  for (let minute = 0; minute < 5; minute++) await hub.pass(MINUTE)

  expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toHaveLength(1)
  expect(hub.control.faults().zendesk).toEqual([])
})

describe("the desk's figures", () => {
  it('count the open tickets by status, priority and age as the desk has them', async () => {
    await using hub = await startTestHub()
    await hub.settle()
    const { open, byStatus, byPriority, byAge } = await figures(hub)
    const now = hub.clock.now()
    const tickets = Object.values(hub.control.world.tickets)
    const opened = tickets.filter(({ status }) => status !== 'solved' && status !== 'closed')
    const younger = (days: number) =>
      opened.filter(({ createdAt }) => createdAt > now - days * 86_400_000).length

    expect(open).toBe(opened.length)
    expect(byStatus).toMatchObject(countBy(opened, ({ status }) => status))
    expect(byPriority).toEqual(countBy(opened, ({ priority }) => priority ?? 'none'))
    expect(byAge).toEqual({
      under1d: younger(1),
      under7d: younger(7) - younger(1),
      under30d: younger(30) - younger(7),
      older: opened.length - younger(30),
    })
  })

  it('know how long customers wait for a first answer and a solution, in all and of one customer', async () => {
    await using hub = await startTestHub()
    await hub.settle()
    const all = await figures(hub)
    const one = await figures(hub, `?requester=${hub.personOf(ABHISHEK).id}`)

    expect(all.firstReplyMinutes.average).toBeGreaterThan(0)
    expect(all.resolutionMinutes.average).toBeGreaterThan(0)
    expect(one.open).toBeLessThan(all.open)
    expect(one.open).toBeGreaterThan(0)
    expect(one.firstReplyMinutes.tickets).toBeLessThan(all.firstReplyMinutes.tickets)
  })

  it('count open tickets that nobody has touched for months, the first time the hub meets a desk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-figures-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    {
      await using desk = await startTestHub({ folder })
      const day = 86_400_000
      const old = Object.values(desk.control.world.tickets).find(
        ({ createdAt }) =>
          createdAt < desk.clock.now() - 100 * day && createdAt > desk.clock.now() - 200 * day,
      )
      if (!old) throw new Error('the samples have no such ticket')
      old.status = 'open'
      desk.control.set({})
    }
    for (const file of readdirSync(folder)) {
      if (file !== 'sandbox-world.json') rmSync(join(folder, file), { recursive: true })
    }
    await using hub = await startTestHub({ folder })
    await hub.settle()

    expect((await figures(hub)).byAge.older).toBe(1)
  })

  it('follow the job: what it solves is open no more', async () => {
    await using hub = await startTestHub()
    await hub.settle()
    const before = await figures(hub)
    hub.assign(ABHISHEK)
    await hub.settle()
    const after = await figures(hub)

    expect(after.open).toBe(before.open - 1)
    expect(after.byStatus.solved).toBe((before.byStatus.solved ?? 0) + 1)
  })
})

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1
  return counts
}
