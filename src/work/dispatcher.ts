import type { Logger } from 'pino'
import { messageOf, retryOf } from '../ops/errors.ts'
import type { Clock, Instant } from '../ports/index.ts'
import type { Store, Tx, WorkTable } from '../store/index.ts'
import { type Job, retryDelayMs, type WorkKind } from './define.ts'
import type { WorkQueue } from './queue.ts'
import { buryRow, finishRow, leaseRows, nextRunAfter, reclaimRows, releaseRow, renewRows } from './rows.ts'

const LEASE_MS = 60_000
const RENEW_EVERY_MS = 20_000
/** Finds what other processes added and what a dead one left, should nobody have told us. */
const SWEEP_EVERY_MS = 5_000
const LEASE_AGAIN_MS = 500
/** Work whose process is gone comes back, but what so many processes in a row did not survive is poison. */
const INTERRUPTIONS_MAX = 30

export type Dispatcher = {
  start(): Promise<void>
  /** Takes no more work, lets what runs finish within `boundMs`, gives back the rest. */
  stop(boundMs: number): Promise<void>
  /** Resolves when nothing runs and nothing is due now. For tests and the demo. */
  idle(): Promise<void>
  running(): number
}

export type DispatcherDeps = {
  store: Store
  queue: WorkQueue
  kinds: readonly WorkKind[]
  clock: Clock
  random: () => number
  log: Logger
  concurrency: number
  /** Called in the transaction in which a row gives up. */
  onDead: (tx: Tx, row: WorkTable, error: unknown) => Promise<void>
  onRun: (kind: string, result: 'done' | 'again' | 'failed' | 'dead', ms: number) => void
}

/** Runs due work inside this process: leases rows in batches, renews what takes long, retries what failed. */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { store, clock, log } = deps
  const kinds = new Map(deps.kinds.map((kind) => [kind.kind, kind]))
  const active = new Map<string, { row: WorkTable; done: Promise<void> }>()
  const stopping = new AbortController()
  let started = false
  let leasing: Promise<void> | undefined
  let leaseAgain = false
  let cancelWake = () => {}
  let wakeAt = Number.POSITIVE_INFINITY
  let timers: NodeJS.Timeout[] = []
  let idleWaiters: (() => void)[] = []

  function wake(at: Instant) {
    if (!started || stopping.signal.aborted) return
    if (at <= clock.now()) return poll()
    if (at >= wakeAt) return
    cancelWake()
    wakeAt = at
    cancelWake = clock.at(at, () => {
      wakeAt = Number.POSITIVE_INFINITY
      poll()
    })
  }

  function poll() {
    if (stopping.signal.aborted) return
    leaseAgain = true
    leasing ??= leaseLoop()
      .catch((error: unknown) => {
        log.error({ err: error }, 'work could not be leased; trying again')
        leaseAgain = false
        setTimeout(poll, LEASE_AGAIN_MS)
      })
      .finally(() => {
        leasing = undefined
        if (leaseAgain && active.size < deps.concurrency) poll()
      })
  }

  async function leaseLoop() {
    while (leaseAgain && !stopping.signal.aborted && active.size < deps.concurrency) {
      leaseAgain = false
      const free = deps.concurrency - active.size
      const now = clock.now()
      const rows = await store.write((tx) => leaseRows(tx, now, now + LEASE_MS, free))
      for (const row of rows) launch(row)
      if (rows.length > 0) leaseAgain = true
      else await rest(now)
    }
  }

  /** Nothing more could be leased at `now`: sleep until the next row's time and tell who waits for quiet. */
  async function rest(now: Instant) {
    const next = await nextRunAfter(store.read, now)
    if (next !== null) wake(next)
    if (active.size > 0 || leaseAgain) return
    for (const resolve of idleWaiters) resolve()
    idleWaiters = []
  }

  function launch(row: WorkTable) {
    const done = run(row)
      .catch((error: unknown) =>
        log.error({ err: error, work: row.id }, 'work could not be settled; its lease will end'),
      )
      .finally(() => {
        active.delete(row.id)
        poll()
      })
    active.set(row.id, { row, done })
  }

  async function run(row: WorkTable) {
    const before = performance.now()
    const kind = kinds.get(row.kind)
    let finished = false
    const job: Job = {
      id: row.id,
      org: row.org,
      attempt: row.attempts,
      caseId: row.case_id,
      signal: stopping.signal,
      log: log.child({ work: row.kind, workId: row.id, ...(row.case_id ? { caseId: row.case_id } : {}) }),
      async finish(tx) {
        if (!(await finishRow(tx, row))) return
        tx.afterCommit(() => {
          finished = true
        })
      },
    }
    const report = (result: 'done' | 'again' | 'failed' | 'dead') =>
      deps.onRun(row.kind, result, performance.now() - before)
    try {
      if (!kind) throw new Error(`no code for work of kind ${row.kind}`)
      if (row.interruptions >= INTERRUPTIONS_MAX)
        throw new Error(`${row.interruptions} processes ended while they ran it`)
      const result = await kind.run(kind.payload.parse(JSON.parse(row.payload)), job)
      if (finished) report('done')
      else if (result) {
        const attempts = row.attempts - 1
        const { again: run_at, why: last_error } = result
        await settled(row, (tx) => releaseRow(tx, row, { run_at, attempts, last_error }))
        wake(run_at)
        report('again')
      } else {
        await settled(row, (tx) => finishRow(tx, row))
        report('done')
      }
    } catch (error) {
      report(await settleFailure(row, kind, error, job.log))
    }
  }

  async function settleFailure(row: WorkTable, kind: WorkKind | undefined, error: unknown, jobLog: Logger) {
    const retry = retryOf(error)
    const isPoison = row.interruptions >= INTERRUPTIONS_MAX
    const last = !kind || isPoison || retry.when === 'never' || row.attempts >= kind.retry.attempts
    if (last) {
      jobLog.error({ err: error }, 'work gave up')
      await settled(row, async (tx) => {
        if (!(await buryRow(tx, row, messageOf(error)))) return false
        const payload = kind?.payload.safeParse(JSON.parse(row.payload))
        if (kind?.dead && payload?.success) {
          await kind.dead(tx, payload.data, error, { id: row.id, org: row.org, caseId: row.case_id })
        }
        await deps.onDead(tx, row, error)
        return true
      })
      return 'dead' as const
    }
    const plain = retryDelayMs(kind.retry, row.attempts, deps.random)
    const runAt = clock.now() + (retry.when === 'after' ? Math.max(retry.ms, plain) : plain)
    jobLog.warn({ err: error, attempt: row.attempts, runAt }, 'work failed; it will be tried again')
    const last_error = messageOf(error)
    await settled(row, (tx) => releaseRow(tx, row, { run_at: runAt, attempts: row.attempts, last_error }))
    wake(runAt)
    return 'failed' as const
  }

  /** Commits a run's end. Where another worker holds the row by now, the end is theirs to tell. */
  async function settled(row: WorkTable, end: (tx: Tx) => Promise<boolean>) {
    if (await store.write(end)) return
    log.warn({ work: row.kind, workId: row.id }, 'the lease was lost before the work was done')
  }

  async function renew() {
    if (active.size === 0) return
    await store.write((tx) =>
      renewRows(
        tx,
        [...active.values()].map(({ row }) => row),
        clock.now() + LEASE_MS,
      ),
    )
  }

  async function sweep() {
    const reclaimed = await store.write((tx) => reclaimRows(tx, clock.now()))
    if (reclaimed > 0) log.warn({ reclaimed }, 'took back work of a worker that is gone')
    poll()
  }

  const guarded = (what: string, act: () => Promise<void>) => () => {
    void act().catch((error: unknown) => log.error({ err: error }, `${what} failed; trying again`))
  }

  return {
    async start() {
      started = true
      deps.queue.onAdded(wake)
      // The embedded file has one worker, so whatever is leased at start was left by a crash.
      const before = store.dialect === 'sqlite' ? Number.MAX_SAFE_INTEGER : clock.now()
      const reclaimed = await store.write((tx) => reclaimRows(tx, before))
      if (reclaimed > 0) log.info({ reclaimed }, 'going on with work that a crash left')
      timers = [
        setInterval(guarded('renewing leases', renew), RENEW_EVERY_MS),
        setInterval(guarded('sweeping work', sweep), SWEEP_EVERY_MS),
      ]
      poll()
    },
    async stop(boundMs) {
      stopping.abort()
      cancelWake()
      for (const timer of timers) clearInterval(timer)
      await leasing
      const bound = new Promise<void>((resolve) => setTimeout(resolve, boundMs).unref())
      await Promise.race([Promise.allSettled([...active.values()].map(({ done }) => done)), bound])
      const left = [...active.values()].map(({ row }) => row)
      if (left.length === 0) return
      log.warn({ left: left.length }, 'giving back work that did not finish in time')
      await store.write(async (tx) => {
        for (const row of left) {
          const { attempts, last_error } = row
          await releaseRow(tx, row, { run_at: clock.now(), attempts: attempts - 1, last_error })
        }
      })
    },
    idle() {
      return new Promise((resolve) => {
        idleWaiters.push(resolve)
        poll()
      })
    },
    running: () => active.size,
  }
}
