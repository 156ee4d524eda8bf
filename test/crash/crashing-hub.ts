import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { isFinal } from '../../src/flows/index.ts'
import { shiftedClock } from '../../src/ops/clock.ts'
import { createHubClient, type HubClient } from '../../src/sandbox/hub-client.ts'
import { instantPace, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'

const Flows = z
  .object({
    data: z.array(
      z.object({
        id: z.string(),
        template: z.string().nullable(),
        title: z.string(),
        ticket: z.string().nullable(),
        status: z.string(),
        waiting_for: z.string().nullable(),
        replay_of: z.string().nullable(),
        undo_of: z.string().nullable(),
      }),
    ),
  })
  .optional()
/** The hub tells how far it went on by itself. */
const Jump = z.object({ advanced: z.number() })
const CHILD = fileURLToPath(new URL('./hub-child.ts', import.meta.url))
const API_TOKEN = 'a-token-of-the-crash-test-0123456789'
/** The hub lets nobody ask more than ten times a second for long. */
const LOOK_EVERY_MS = 150
/** A hub that lives this long and is not done will not be. */
const STUCK_AFTER_MS = 90_000

/** When processes die: at named points, or after some time. */
type Dying = { at?: readonly string[]; killAfterMs?: () => number | undefined }
export type SeenFlow = NonNullable<z.infer<typeof Flows>>['data'][number]
/** Looks at how all flows stand, does what people would do about it, and says whether that was all. */
type People = (flows: readonly SeenFlow[], api: HubClient) => boolean | Promise<boolean>

export type CrashingHub = Awaited<ReturnType<typeof startCrashingHub>>

/** The stand-ins in this process, and a hub that dies and is started again in others, with one data folder. */
export async function startCrashingHub(
  options: { settings?: SandboxOptions['settings']; env?: Record<string, string> } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-crash-'))
  const diedAtFile = join(folder, 'died-at')
  const clock = shiftedClock()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const sandbox = await startSandbox({
    clock,
    hubUrl: url,
    settings: { pace: instantPace, ...options.settings },
  })
  const api = createHubClient(url, API_TOKEN)
  const children = new Set<ChildProcess>()
  let starts = 0

  async function start(dieAt: readonly string[]) {
    starts += 1
    const env = { ...sandbox.env, PORT: String(port), DATA_DIR: folder, API_TOKEN, ...options.env }
    const child = fork(CHILD, {
      env: {
        PATH: process.env.PATH,
        NODE_COMPILE_CACHE: join(tmpdir(), 'switchboard-compile-cache'),
        ...(process.env.TEST_LOG ? { TEST_LOG: process.env.TEST_LOG } : {}),
        CRASH_TEST: JSON.stringify({ env, diedAtFile, dieAt, aheadMs: clock.now() - Date.now() }),
      },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    children.add(child)
    const ended = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        children.delete(child)
        resolve(signal ?? `exit ${code}`)
      })
    })
    const ready = new Promise<void>((resolve) => {
      child.on('message', (message) => {
        if (message === 'ready') resolve()
        const jump = Jump.safeParse(message)
        if (jump.success) clock.advance(jump.data.advanced)
      })
    })
    await Promise.race([ready, ended])
    return { child, ended }
  }

  /**
   * What vendors could not deliver while the hub was down they try again now, not in half an hour. The hub's clock
   * goes first: it refuses webhooks that are signed for another time than its own.
   */
  async function hastenVendors(child: ChildProcess) {
    const next = Math.min(...Object.values(sandbox.world.outbox).map(({ dueAt }) => dueAt))
    const advance = next - clock.now()
    if (!Number.isFinite(advance) || advance <= 0) return
    const followed = new Promise<void>((resolve) => {
      const hear = (message: unknown) => {
        if (message !== 'advanced') return
        child.off('message', hear)
        resolve()
      }
      child.on('message', hear)
      child.once('exit', () => resolve())
    })
    if (!child.connected) return
    child.send({ advance }, () => {})
    await followed
    clock.advance(advance)
  }

  /** Every flow; undefined while the hub does not answer: it may be dying. */
  const allFlows = async () =>
    Flows.parse(await api.call('GET', '/ai/flows?limit=200').catch(() => undefined))?.data

  /** Until people have nothing more to do and no vendor has anything more to say, or the hub is gone. */
  async function settled(child: ChildProcess, people: People) {
    const stuckAt = Date.now() + STUCK_AFTER_MS
    let trouble: unknown
    for (; child.connected; await delay(LOOK_EVERY_MS)) {
      if (Date.now() > stuckAt)
        throw new Error(`stuck: ${JSON.stringify(await underWay())}`, { cause: trouble })
      // Vendors that were hastened while it still starts would have given up before it is there.
      if (!(await allFlows())) continue
      await hastenVendors(child)
      if (Object.keys(sandbox.world.outbox).length > 0 || Object.keys(sandbox.world.agenda).length > 0)
        continue
      const flows = await allFlows()
      try {
        if (flows && (await people(flows, api))) return 'settled' as const
      } catch (error) {
        // Whoever asks may see the hub die over it; what came of it shows when the next one is up.
        trouble = error
      }
    }
    return undefined
  }

  /** For whoever must find out what a stuck hub waits for. */
  async function underWay() {
    const { outbox, agenda } = sandbox.world
    return {
      flows: await allFlows(),
      webhooks: Object.values(outbox).map(({ id, attempts, dueAt }) => ({
        id,
        attempts,
        inMs: dueAt - clock.now(),
      })),
      agenda: Object.values(agenda),
    }
  }

  /**
   * Keeps a hub running until people are done. `killAfterMs` is asked at each start for how long this one may live;
   * undefined lets it live.
   */
  async function keepRunning(people: People, die: Dying) {
    for (;;) {
      const { child, ended } = await start(die.at ?? [])
      const lifeMs = die.killAfterMs?.()
      const timer = lifeMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), lifeMs)
      const end = await Promise.race([settled(child, people), ended])
      clearTimeout(timer)
      if (end === 'settled') {
        if (lifeMs === undefined) child.send('finish')
        else child.kill('SIGKILL')
      }
      const left = await ended
      if (left === 'exit 0') return
      if (left !== 'SIGKILL') throw new Error(`the hub was to be killed, but: ${left}`)
    }
  }

  return {
    folder,
    sandbox,
    clock,
    starts: () => starts,
    diedAt: (): string[] => readFileSync(diedAtFile, 'utf8').trim().split('\n'),

    /** Keeps a hub running until people are done. */
    run: keepRunning,

    /** Keeps a hub running until the tickets' newest flows have ended. */
    runUntilSettled: (tickets: readonly string[], die: Dying) =>
      keepRunning(
        (flows) =>
          tickets.every((ticket) =>
            flows.some((flow) => flow.ticket === `zendesk:${ticket}` && isFinal(flow.status)),
          ),
        die,
      ),

    /** Asks for a flow as soon as a hub is up, again where that got lost, and keeps one running until it has ended. */
    runRequest: (request: Record<string, unknown>, die: Dying) =>
      keepRunning(async (flows, { call }) => {
        if (flows.length === 0) await call('POST', '/ai/flows', request)
        return flows.some(({ status }) => isFinal(status))
      }, die),

    /** The hub's database, with no hub running. */
    async look<Result>(read: (store: Store) => Promise<Result>): Promise<Result> {
      const store = await openStore({ databaseUrl: null, file: join(folder, 'switchboard.db') })
      try {
        return await read(store)
      } finally {
        await store.close()
      }
    },

    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL')
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
