import { spawn } from 'node:child_process'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Queue, Worker } from 'bullmq'
import { serveParent } from './child.ts'
import { openEngine } from './flows-engine.ts'
import { freePort } from './lib.ts'

/**
 * One machine that runs flows of no-op steps, in a process of its own:
 * `node flows-machines.ts <hub | bullmq | bare> <folder> <redis-server>`.
 * Asked for `<flows> <at once>`, it makes the flows, then runs them, and answers a `Run`.
 */
export type Run = {
  /** From the first step's begin to the last flow's end; what makes the flows is not in it. */
  ms: number
  /** Processor time that this process took meanwhile. */
  cpuMs: number
  /** Of each step: from when its turn came, its code's begin or the step before it on disk, to itself on disk. */
  stepMs: number[]
  /** Of each flow: from the begin of its first step to its last step on disk. */
  flowMs: number[]
}

export const STEPS = 5

type Machine = { run(flows: number, atOnce: number): Promise<Run>; end(): Promise<void> }

const [which = 'hub', folder = '.', redisServer = ''] = process.argv.slice(2)
const machines: Record<string, () => Promise<Machine>> = { hub, bullmq, bare }
const machine = await machines[which]?.()
if (!machine) throw new Error(`there is no machine ${which}`)
serveParent(
  {},
  (question) => {
    const [flows = 0, atOnce = 0] = question.split(' ').map(Number)
    return machine.run(flows, atOnce)
  },
  () => machine.end(),
)

/** Wall and processor time from now on. */
function stopwatch() {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(before)
    return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 }
  }
}

/** Notes for each flow when the turn of a step came and when it was on disk. */
function stepTimes() {
  const flows = new Map<string, { first: number; turns: number[]; done: number }>()
  const stepMs: number[] = []
  const flowMs: number[] = []
  return {
    stepMs,
    flowMs,
    began(flow: string) {
      const now = performance.now()
      const known = flows.get(flow)
      if (known) known.turns.push(now)
      else flows.set(flow, { first: now, turns: [now], done: 0 })
    },
    done(flow: string) {
      const now = performance.now()
      const known = flows.get(flow)
      if (!known) return
      stepMs.push(now - (known.turns[known.done] ?? now))
      known.done += 1
      // Where nothing else tells of the next step's begin, its turn is now.
      if (known.turns.length === known.done) known.turns.push(now)
      if (known.done === STEPS) flowMs.push(now - known.first)
    },
  }
}

async function hub(): Promise<Machine> {
  const steps = Array.from({ length: STEPS }, (_, n) => ({
    name: `step_${n}`,
    type: 'tool_call',
    title: `Do nothing, ${n}`,
    skill: 'noop',
    input: { n },
  }))
  let times = stepTimes()
  let atEnd = () => {}
  const { store, createFlow, dispatcher } = await openEngine(join(folder, 'switchboard.db'), steps, {
    onFlowEnd: () => atEnd(),
    onStep({ flowId, moment }) {
      if (moment === 'before') times.began(flowId)
    },
    onTransition({ flow }, { steps }) {
      for (const _ of steps) times.done(flow.id)
    },
  })
  return {
    async run(flows, atOnce) {
      await Promise.all(Array.from({ length: flows }, createFlow))
      times = stepTimes()
      let left = flows
      const ended = new Promise<void>((resolve) => {
        atEnd = () => {
          left -= 1
          if (left === 0) resolve()
        }
      })
      const running = dispatcher(atOnce)
      const stop = stopwatch()
      await running.start()
      await ended
      const took = stop()
      await running.stop(1_000)
      return { ...took, stepMs: times.stepMs, flowMs: times.flowMs }
    },
    end: () => store.close(),
  }
}

/** One job per step; a job puts the next one in front of the flows that have not begun. */
async function bullmq(): Promise<Machine> {
  const port = await freePort()
  const redis = spawn(
    redisServer,
    [
      '--port',
      String(port),
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'yes',
      '--appendfsync',
      'everysec',
    ],
    { stdio: 'ignore' },
  )
  const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null }
  const queue = new Queue('flows', { connection, defaultJobOptions: { removeOnComplete: true } })
  await queue.waitUntilReady()
  return {
    async run(flows, atOnce) {
      await queue.addBulk(
        Array.from({ length: flows }, (_, n) => ({ name: 'step', data: { flow: String(n), n: 0 } })),
      )
      const times = stepTimes()
      let left = flows
      let atEnd = () => {}
      const ended = new Promise<void>((resolve) => {
        atEnd = resolve
      })
      const worker = new Worker<{ flow: string; n: number }>(
        'flows',
        async ({ data: { flow, n } }) => {
          if (n === 0) times.began(flow)
          if (n + 1 < STEPS) await queue.add('step', { flow, n: n + 1 }, { lifo: true })
        },
        { connection, concurrency: atOnce, autorun: false },
      )
      worker.on('completed', ({ data: { flow, n } }) => {
        times.done(flow)
        if (n + 1 < STEPS) return
        left -= 1
        if (left === 0) atEnd()
      })
      await worker.waitUntilReady()
      const stop = stopwatch()
      const running = worker.run()
      await ended
      const took = stop()
      await worker.close()
      await running
      return { ...took, stepMs: times.stepMs, flowMs: times.flowMs }
    },
    async end() {
      await queue.close()
      const ended = new Promise((resolve) => redis.once('exit', resolve))
      redis.kill('SIGTERM')
      await ended
    },
  }
}

/** The least that a step machine can do: two updates per step, one flush for all that wait. No log, no lease. */
async function bare(): Promise<Machine> {
  const db = new Sqlite(join(folder, 'bare.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(`CREATE TABLE flows (id INTEGER PRIMARY KEY, status TEXT, position INTEGER);
    CREATE TABLE steps (flow INTEGER, position INTEGER, status TEXT, result TEXT,
      PRIMARY KEY (flow, position)) WITHOUT ROWID`)
  const insertFlow = db.prepare("INSERT INTO flows (status, position) VALUES ('pending', 0)")
  const insertStep = db.prepare("INSERT INTO steps VALUES (?, ?, 'pending', NULL)")
  const saveStep = db.prepare(
    "UPDATE steps SET status = 'completed', result = ? WHERE flow = ? AND position = ?",
  )
  const saveFlow = db.prepare('UPDATE flows SET status = ?, position = ? WHERE id = ?')
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  let waiting: { write: () => void; resolve: () => void }[] = []
  function flush() {
    const batch = waiting
    waiting = []
    begin.run()
    for (const { write } of batch) write()
    commit.run()
    for (const { resolve } of batch) resolve()
  }
  const durably = (write: () => void) =>
    new Promise<void>((resolve) => {
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({ write, resolve })
    })
  return {
    async run(flows, atOnce) {
      const ids: (number | bigint)[] = []
      db.transaction(() => {
        for (let n = 0; n < flows; n += 1) {
          const { lastInsertRowid: id } = insertFlow.run()
          for (let position = 0; position < STEPS; position += 1) insertStep.run(id, position)
          ids.push(id)
        }
      })()
      const times = stepTimes()
      const runOne = async (id: number | bigint) => {
        times.began(String(id))
        for (let position = 0; position < STEPS; position += 1) {
          const result = JSON.stringify({ n: position })
          await durably(() => {
            saveStep.run(result, id, position)
            saveFlow.run(position + 1 < STEPS ? 'running' : 'completed', position + 1, id)
          })
          times.done(String(id))
        }
      }
      const stop = stopwatch()
      const next = ids.values()
      const slot = async () => {
        for (const id of next) await runOne(id)
      }
      await Promise.all(Array.from({ length: atOnce }, slot))
      return { ...stop(), stepMs: times.stepMs, flowMs: times.flowMs }
    },
    end: async () => void db.close(),
  }
}
