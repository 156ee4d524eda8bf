import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shiftedClock } from '../../src/ops/clock.ts'
import { VendorError } from '../../src/ops/errors.ts'
import { createIds } from '../../src/ops/ids.ts'
import { migrate, qb, type Store } from '../../src/store/index.ts'
import {
  createDispatcher,
  createWorkQueue,
  defineWork,
  type Job,
  listDead,
  type RetryPolicy,
  type RunResult,
  reviveRow,
  type WorkKind,
} from '../../src/work/index.ts'
import { finishRow, leaseRows, reclaimRows, releaseRow } from '../../src/work/rows.ts'
import { ORG } from './rows.ts'
import type { OpenStore } from './store.ts'

const MINUTE = 60_000
const Payload = z.object({ name: z.string(), key: z.string().optional() })
type Payload = z.infer<typeof Payload>

/** What the hub relies on when it puts work off: on one database, by one or two dispatchers. */
export function workContract(open: OpenStore) {
  let store: Store
  let close: () => Promise<void>
  let clock = shiftedClock()
  const stops: (() => Promise<void>)[] = []

  beforeEach(async () => {
    clock = shiftedClock()
    ;({ store, close } = await open())
    await migrate(store, clock.now())
  })
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
    await close()
  })

  /** A worker that does `run` with every row, and the queue that its process adds to. */
  function worker(
    run: (payload: Payload, attempt: number, job: Job) => Promise<RunResult>,
    more: { retry?: Partial<RetryPolicy>; dead?: WorkKind<Payload>['dead']; on?: Store } = {},
  ) {
    const newId = createIds(clock)
    const queue = createWorkQueue({ clock, newId })
    const kind = defineWork<Payload>({
      kind: 'test.work',
      payload: Payload,
      key: ({ name, key }) => key ?? name,
      retry: { attempts: 3, firstDelayMs: MINUTE, factor: 2, ...more.retry },
      run: (payload, job) => run(payload, job.attempt, job),
      ...(more.dead ? { dead: more.dead } : {}),
    })
    const buried: string[] = []
    const dispatcher = createDispatcher({
      store: more.on ?? store,
      queue,
      kinds: [kind],
      clock,
      random: () => 0.5,
      log: pino({ level: 'silent' }),
      concurrency: 8,
      onDead: async (_tx, row) => {
        buried.push(row.id)
      },
      onRun: () => {},
    })
    stops.push(() => dispatcher.stop(1_000))
    const add = (...payloads: (Payload & { runAt?: number })[]) =>
      store.write(async (tx) => {
        for (const { runAt, ...payload } of payloads)
          await queue.add(tx, kind, payload, { org: ORG, ...(runAt ? { runAt } : {}) })
      })
    return { kind, queue, dispatcher, add, buried }
  }

  const rows = () =>
    store.read.all(
      qb.selectFrom('work').select(['id', 'state', 'attempts', 'run_at', 'last_error']).orderBy('id'),
    )
  const nothing = async () => undefined

  describe('work', () => {
    it('is done and gone', async () => {
      const ran: string[] = []
      const { add, dispatcher } = worker(async ({ name }) => void ran.push(name))
      await add({ name: 'a' }, { name: 'b' })
      await dispatcher.start()
      await dispatcher.idle()
      expect(ran.sort()).toEqual(['a', 'b'])
      expect(await rows()).toEqual([])
    })

    it('waits for its time', async () => {
      const ran: string[] = []
      const { add, dispatcher } = worker(async ({ name }) => void ran.push(name))
      await dispatcher.start()
      await add({ name: 'later', runAt: clock.now() + MINUTE }, { name: 'now' })
      await dispatcher.idle()
      expect(ran).toEqual(['now'])
      clock.advance(MINUTE)
      await expect.poll(() => ran).toEqual(['now', 'later'])
    })

    it('of one key runs one at a time, of different keys side by side', async () => {
      const running = new Map<string, number>()
      let most = 0
      const most_of_key: number[] = []
      const { add, dispatcher } = worker(async ({ key = '' }) => {
        running.set(key, (running.get(key) ?? 0) + 1)
        most_of_key.push(running.get(key) ?? 0)
        most = Math.max(
          most,
          [...running.values()].reduce((sum, n) => sum + n, 0),
        )
        await new Promise((resolve) => setTimeout(resolve, 2))
        running.set(key, (running.get(key) ?? 0) - 1)
        return undefined
      })
      await add(...Array.from({ length: 30 }, (_, n) => ({ name: `${n}`, key: `k${n % 3}` })))
      await dispatcher.start()
      await dispatcher.idle()
      expect(most_of_key).toHaveLength(30)
      expect(Math.max(...most_of_key)).toBe(1)
      expect(most).toBe(3)
    })

    it('becomes due behind work that goes on and on', async () => {
      const ran: string[] = []
      let finish = () => {}
      const long = new Promise<void>((resolve) => {
        finish = resolve
      })
      const { add, dispatcher } = worker(async ({ name }) => {
        ran.push(name)
        if (name === 'long') await long
        return undefined
      })
      await dispatcher.start()
      await add({ name: 'long' }, { name: 'first', runAt: clock.now() + MINUTE })
      await add({ name: 'second', runAt: clock.now() + 2 * MINUTE })
      clock.advance(MINUTE)
      await expect.poll(() => ran).toEqual(['long', 'first'])
      await expect.poll(async () => (await rows()).length).toBe(2)
      clock.advance(MINUTE)
      await expect.poll(() => ran, { timeout: 1_000 }).toEqual(['long', 'first', 'second'])
      finish()
    })

    it('that fails is tried again later and later, then gives up for people to see, and can be replayed', async () => {
      const attempts: number[] = []
      const told: string[] = []
      let broken = true
      const { add, dispatcher, buried } = worker(
        async (_, attempt) => {
          attempts.push(attempt)
          if (broken) throw new Error('it is broken')
          return undefined
        },
        { dead: async (_tx, { name }, error) => void told.push(`${name}: ${String(error)}`) },
      )
      await dispatcher.start()
      await add({ name: 'a' })
      const start = clock.now()
      const delays: number[] = []
      for (const expected of [1, 2]) {
        await dispatcher.idle()
        const [row] = await rows()
        delays.push(Math.round(((row?.run_at ?? 0) - clock.now()) / MINUTE))
        expect(row).toMatchObject({ state: 'due', attempts: expected, last_error: 'it is broken' })
        clock.advance((row?.run_at ?? 0) - clock.now())
      }
      await dispatcher.idle()
      expect(delays).toEqual([1, 2])
      expect(attempts).toEqual([1, 2, 3])
      expect(await rows()).toMatchObject([{ state: 'dead', attempts: 3 }])
      expect([told, buried]).toEqual([['a: Error: it is broken'], [(await rows())[0]?.id]])

      const [dead] = await listDead(store.read, ORG, 10)
      broken = false
      expect(await store.write((tx) => reviveRow(tx, ORG, dead?.id ?? '', start))).toBe(true)
      await dispatcher.idle()
      expect(await rows()).toEqual([])
      expect(await store.write((tx) => reviveRow(tx, ORG, dead?.id ?? '', start))).toBe(false)
    })

    it('asks for the time a vendor named, and is not tried again where that is of no use', async () => {
      const say = (retry: VendorError['retry']) =>
        new VendorError({ code: 'vendor_rate_limited', vendor: 'x', retry, hint: 'slow down' })
      const { add, dispatcher } = worker(async ({ name }) => {
        throw say(name === 'later' ? { when: 'after', ms: 30 * MINUTE } : { when: 'never' })
      })
      await dispatcher.start()
      await add({ name: 'later' }, { name: 'never' })
      await dispatcher.idle()
      const [later, never] = await rows()
      expect(Math.round(((later?.run_at ?? 0) - clock.now()) / MINUTE)).toBe(30)
      expect(never).toMatchObject({ state: 'dead', attempts: 1 })
    })

    it('that asks to be run again has not failed', async () => {
      let runs = 0
      const { add, dispatcher } = worker(
        async () => {
          runs += 1
          return runs < 10 ? { again: clock.now() + 5, why: 'not yet' } : undefined
        },
        { retry: { attempts: 2 } },
      )
      await dispatcher.start()
      await add({ name: 'a' })
      await expect.poll(async () => (await rows()).length, { interval: 5 }).toBe(0)
      expect(runs).toBe(10)
    })

    it('that cannot be read gives up without running', async () => {
      const ran: string[] = []
      const { queue, dispatcher, buried } = worker(async ({ name }) => void ran.push(name), {
        retry: { attempts: 1 },
        dead: async () => {
          throw new Error('must not be asked about what cannot be read')
        },
      })
      await store.write((tx) => queue.add(tx, { kind: 'test.work' }, { nonsense: 1 }, { org: ORG }))
      await store.write((tx) => queue.add(tx, { kind: 'test.unknown' }, {}, { org: ORG }))
      await dispatcher.start()
      await dispatcher.idle()
      expect((await rows()).map(({ state }) => state)).toEqual(['dead', 'dead'])
      expect([ran, buried.length]).toEqual([[], 2])
    })

    it('of a worker that died is taken back when its lease ends, and is not theirs any more', async () => {
      const { add } = worker(nothing)
      await add({ name: 'a' })
      const now = clock.now()
      const lease = (at: number) => store.write((tx) => leaseRows(tx, at, at + MINUTE, 10))
      const [held] = await lease(now)
      if (!held) throw new Error('there was a row to lease')
      expect(await lease(now)).toEqual([])
      expect(await store.write((tx) => reclaimRows(tx, now + MINUTE - 1))).toBe(0)
      expect(await store.write((tx) => reclaimRows(tx, now + MINUTE + 1))).toBe(1)
      const [taken] = await lease(now + MINUTE + 1)
      expect(taken).toMatchObject({ id: held.id, attempts: 1, leases: 2, interruptions: 1 })

      const back = { run_at: now, attempts: 0, last_error: null }
      expect(await store.write((tx) => finishRow(tx, held))).toBe(false)
      expect(await store.write((tx) => releaseRow(tx, held, back))).toBe(false)
      expect(await rows()).toMatchObject([{ state: 'leased', attempts: 1 }])
      if (taken) expect(await store.write((tx) => finishRow(tx, taken))).toBe(true)
    })

    it('that its process never survives gives up in the end', async () => {
      const ran: number[] = []
      const { add, dispatcher } = worker(async (_, attempt) => void ran.push(attempt))
      await add({ name: 'poison' })
      for (let crash = 0; crash < 30; crash++) {
        await store.write((tx) => leaseRows(tx, clock.now(), clock.now() - 1, 10))
        await store.write((tx) => reclaimRows(tx, clock.now()))
      }
      await dispatcher.start()
      await dispatcher.idle()
      expect(ran).toEqual([])
      expect(await rows()).toMatchObject([{ state: 'dead' }])
    })

    it('that ends with the last thing it changes is not over before that is committed', async () => {
      const { add, dispatcher } = worker(async (_payload, attempt, job) => {
        await store.write(async (tx) => {
          await job.finish(tx)
          if (attempt === 1) throw new Error('not this time')
        })
        return undefined
      })
      await add({ name: 'a' })
      await dispatcher.start()
      await dispatcher.idle()
      expect(await rows()).toMatchObject([{ state: 'due', attempts: 1, last_error: 'not this time' }])
      clock.advance(2 * MINUTE)
      await expect.poll(rows).toEqual([])
    })

    it('under way when the hub stops is given back, uncounted, and nothing new begins', async () => {
      const ran: string[] = []
      let finish = () => {}
      const { add, dispatcher } = worker(async ({ name }) => {
        ran.push(name)
        await new Promise<void>((resolve) => {
          finish = resolve
        })
        return undefined
      })
      await dispatcher.start()
      await add({ name: 'a' })
      await expect.poll(() => ran).toEqual(['a'])
      await dispatcher.stop(10)
      await add({ name: 'b' })
      finish()
      await expect.poll(() => dispatcher.running()).toBe(0)
      expect(await rows()).toMatchObject([
        { state: 'due', attempts: 0 },
        { state: 'due', attempts: 0 },
      ])
      expect(ran).toEqual(['a'])
    })
  })

  return {
    worker,
    rows,
    clock: () => clock,
  }
}
