import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEvents, nextEventAbout, type Subscriber, subscribeByWork } from '../../src/events/index.ts'
import { manualClock } from '../../src/ops/clock.ts'
import { createIds } from '../../src/ops/ids.ts'
import { migrate, qb, type Store, type TicketsTable } from '../../src/store/index.ts'
import { findEffect, insertEffect, settleEffect } from '../../src/store/rows/effects.ts'
import { insertFlow, saveFlow } from '../../src/store/rows/flows.ts'
import { getTicket, upsertTicket } from '../../src/store/rows/tickets.ts'
import { createWorkQueue, defineWork } from '../../src/work/index.ts'
import { effectRow, flowRow, ORG, START, ticketRow } from './rows.ts'

export type OpenStore = () => Promise<{ store: Store; close(): Promise<void> }>

/** What the hub relies on in its database, whichever it is. */
export function storeContract(open: OpenStore) {
  let store: Store
  let close: () => Promise<void>
  const clock = manualClock(START)
  const newId = createIds(clock)

  beforeEach(async () => {
    ;({ store, close } = await open())
    await migrate(store, START)
  })
  afterEach(() => close())

  const events = (subscribers: readonly Subscriber[] = []) =>
    createEvents({ clock, newId, subscribers, onAppended: () => {} })
  const count = async (table: 'events' | 'work' | 'effects' | 'flows' | 'tickets') =>
    (await store.read.all(qb.selectFrom(table).select('org'))).length
  const closed = (ticket: string) => ({ type: 'ticket_closed' as const, ticket })

  describe('migrations', () => {
    it('run once, however often and by however many they are asked for', async () => {
      const ran = await Promise.all([migrate(store, START), migrate(store, START)])
      expect(ran).toEqual([[], []])
    })
  })

  describe('a transaction', () => {
    it('that throws changes nothing, and those beside it are committed', async () => {
      const committed: string[] = []
      const write = (ref: string, throws: boolean) =>
        store.write(async (tx) => {
          await upsertTicket(tx, ticketRow({ ref }))
          tx.afterCommit(() => committed.push(ref))
          if (throws) throw new Error('no')
          return ref
        })
      const results = await Promise.allSettled([write('z:1', false), write('z:2', true), write('z:3', false)])
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(committed.sort()).toEqual(['z:1', 'z:3'])
      expect(await getTicket(store.read, ORG, 'z:2')).toBeUndefined()
      expect(await getTicket(store.read, ORG, 'z:3')).toBeDefined()
    })

    it('that violates a constraint is the only one that fails', async () => {
      const write = (id: string) =>
        store.write((tx) => tx.run(insertEffect(effectRow({ id, idempotency_key: 'same' }))))
      const results = await Promise.allSettled([write('eff_1'), write('eff_2')])
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(await count('effects')).toBe(1)
    })

    it('answers only when what it wrote can be read', async () => {
      for (let n = 0; n < 20; n++) {
        await store.write((tx) => upsertTicket(tx, ticketRow({ ref: `z:${n}` })))
        expect(await getTicket(store.read, ORG, `z:${n}`)).toBeDefined()
      }
    })

    it('tells after its commit, not before', async () => {
      let seen: TicketsTable | undefined
      await store.write(async (tx) => {
        await upsertTicket(tx, ticketRow({ ref: 'z:1' }))
        tx.afterCommit(async () => {
          seen = await getTicket(store.read, ORG, 'z:1')
        })
        expect(await getTicket(store.read, ORG, 'z:1')).toBeUndefined()
      })
      await expect.poll(() => seen).toBeDefined()
    })
  })

  describe('events', () => {
    const fact = (key: string | null, source = 'zendesk') => ({
      event: closed('zendesk:1'),
      source,
      dedupeKey: key,
      occurredAt: null,
    })
    const append = (facts: ReturnType<typeof fact>[], to = events()) =>
      store.write(async (tx) => {
        const stored = []
        for (const one of facts) stored.push(await to.append(tx, one, { org: ORG }))
        return stored.map((one) => one !== undefined)
      })

    it('with the same key from the same source are one event, for ever', async () => {
      expect(await append([fact('a'), fact('a'), fact('b')])).toEqual([true, false, true])
      expect(await append([fact('a')])).toEqual([false])
      expect(await count('events')).toBe(2)
    })

    it('with the same key from two sources are two, and without a key each is its own', async () => {
      expect(await append([fact('a'), fact('a', 'resend'), fact(null), fact(null)])).toEqual([
        true,
        true,
        true,
        true,
      ])
    })

    it('appended twice at once are one event, and its subscribers hear of it once', async () => {
      const heard: string[] = []
      const to = events([
        { types: 'all', onAppend: async (tx, { id }) => tx.afterCommit(() => heard.push(id)) },
      ])
      const results = await Promise.all(Array.from({ length: 5 }, () => append([fact('a')], to)))
      expect(results.flat().filter(Boolean)).toHaveLength(1)
      expect(heard).toHaveLength(1)
    })

    it('come with the work that follows from them, or not at all', async () => {
      const queue = createWorkQueue({ clock, newId })
      const { subscriber } = subscribeByWork(
        { store, queue },
        { name: 'closed', types: ['ticket_closed'], run: async () => undefined },
      )
      const failing: Subscriber = {
        types: 'all',
        async onAppend() {
          throw new Error('a subscriber is broken')
        },
      }
      await expect(append([fact('a')], events([subscriber, failing]))).rejects.toThrow('broken')
      expect([await count('events'), await count('work')]).toEqual([0, 0])
      await append([fact('a')], events([subscriber]))
      expect([await count('events'), await count('work')]).toEqual([1, 1])
    })

    it('about one thing are found one after the other, in their order', async () => {
      await append([fact('a'), fact('b')])
      const next = (after: string) =>
        nextEventAbout(store.read, ORG, { type: 'ticket_closed', subject: 'zendesk:1', after })
      const first = await next('')
      const second = await next(first?.id ?? '')
      expect(first && second && first.id < second.id).toBe(true)
      expect(await next(second?.id ?? '')).toBeUndefined()
      expect(first).toMatchObject({ event: closed('zendesk:1'), source: 'zendesk', org: ORG })
    })
  })

  describe('work', () => {
    const kind = defineWork({
      kind: 'test.note',
      payload: z.object({}),
      run: async () => undefined,
    })
    const queue = createWorkQueue({ clock, newId })
    const add = (options: { runAt?: number; unique?: string; id?: string }) =>
      store.write((tx) => queue.add(tx, kind, {}, { org: ORG, ...options }))
    const rows = () =>
      store.read.all(qb.selectFrom('work').select(['id', 'run_at', 'unique_key']).orderBy('run_at'))

    it('under one unique name waits once, for the earliest time asked for', async () => {
      await add({ unique: 'a', runAt: START + 50 })
      await add({ unique: 'a', runAt: START + 90 })
      await add({ unique: 'b', runAt: START + 70 })
      await add({ unique: 'a', runAt: START + 10 })
      expect((await rows()).map(({ run_at, unique_key }) => [unique_key, run_at - START])).toEqual([
        ['test.note:a', 10],
        ['test.note:b', 70],
      ])
    })

    it('with a fixed id is there once, and without a name each time', async () => {
      await add({ id: 'wrk_watch', runAt: START })
      await add({ id: 'wrk_watch', runAt: START + 5 })
      await add({ runAt: START + 6 })
      await add({ runAt: START + 7 })
      expect((await rows()).map(({ run_at }) => run_at - START)).toEqual([0, 6, 7])
    })
  })

  describe('the other rows', () => {
    it('keep one effect per cause, and find it again', async () => {
      await store.write((tx) => tx.run(insertEffect(effectRow({ idempotency_key: 'send_email:flow:1:0:1' }))))
      await store.write((tx) =>
        settleEffect(tx, {
          org: ORG,
          id: 'eff_1',
          state: 'done',
          answer: '{"x":1}',
          error: null,
          now: START + 1,
        }),
      )
      expect(await findEffect(store.read, ORG, 'send_email:flow:1:0:1')).toMatchObject({
        state: 'done',
        answer: '{"x":1}',
        updated_at: START + 1,
      })
      expect(await findEffect(store.read, 'another-org', 'send_email:flow:1:0:1')).toBeUndefined()
    })

    it('let a ticket have one unfinished flow of a template, and a new one when that has ended', async () => {
      const insert = (id: string) => store.write((tx) => tx.run(insertFlow(flowRow({ id, ticket: 'z:1' }))))
      expect([await insert('flw_1'), await insert('flw_2')]).toEqual([1, 0])
      const end = { ...flowRow({ id: 'flw_1', ticket: 'z:1' }), status: 'failed' }
      expect(await store.write((tx) => saveFlow(tx, end, flowRow()))).toBeDefined()
      expect(await insert('flw_3')).toBe(1)
    })

    it('void what is said of a flow that has ended', async () => {
      const flow = flowRow({ id: 'flw_1' })
      await store.write((tx) => tx.run(insertFlow(flow)))
      await store.write((tx) => saveFlow(tx, { ...flow, status: 'cancelled' }, flow))
      expect(await store.write((tx) => saveFlow(tx, { ...flow, status: 'running' }, flow))).toBeUndefined()
    })

    it('bring a ticket up to date and keep when it was made', async () => {
      await store.write((tx) => upsertTicket(tx, ticketRow({ ref: 'z:1', first_reply_minutes: 1.5 })))
      await store.write((tx) =>
        upsertTicket(
          tx,
          ticketRow({ ref: 'z:1', status: 'solved', created_at: START + 9, fence: 2, solved_at: START }),
        ),
      )
      expect(await getTicket(store.read, ORG, 'z:1')).toMatchObject({
        status: 'solved',
        created_at: START,
        fence: 2,
        solved_at: START,
      })
      expect(await count('tickets')).toBe(1)
    })
  })
}
