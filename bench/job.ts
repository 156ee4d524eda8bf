import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Child, startChild } from './child.ts'
import { freePort, percentile, printTable, verdict } from './lib.ts'

const WARM_UP = 10
const SINGLE_JOBS = 30
const MANY = 1_000
const GIVE_UP_MS = 120_000

type Spent = { ms: number; requests: number; cpu: NodeJS.CpuUsage }
type Flow = {
  ticket: string
  status: string
  outcome: string
  created_at: number
  waiting_for: string | null
  completed_at: number | null
}
type Tally = { solved: number; mails: number; calls: number; slack: number; discord: number; twice: number }
type Memory = { rss: number; heap: number }

/** The whole job against stand-ins that answer at once, in another process: one ticket at a time, then 1,000 at once. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-job-'))
  const port = await freePort()
  const standIns = await startChild('job-standins.ts', [`http://127.0.0.1:${port}`])
  const hub = await startChild('job-hub.ts', [], {
    STAND_INS: JSON.stringify(standIns.ready),
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: folder,
    LOG_LEVEL: 'error',
    LOG_FORMAT: 'json',
    APPROVE_CONTACTS: 'never',
    QUIET_HOURS: 'none',
    CONTACT_DAILY_CAP: '100',
  })
  try {
    await oneByOne(hub, standIns)
    await allAtOnce(hub, standIns)
  } finally {
    await hub.end()
    await standIns.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function oneByOne(hub: Child, standIns: Child) {
  const jobs: { wall: number; waited: number; requests: number; cpu: number }[] = []
  for (let n = 0; n < WARM_UP + SINGLE_JOBS; n += 1) {
    await prepare(hub, standIns, 1)
    const before = await hub.ask<Spent>('spent')
    const startedAt = performance.now()
    await standIns.ask('assign')
    await settle(hub, standIns, n + 1, 5)
    const wall = performance.now() - startedAt
    const after = await hub.ask<Spent>('spent')
    if (n < WARM_UP) continue
    const requests = after.requests - before.requests
    jobs.push({ wall, waited: after.ms - before.ms, requests, cpu: cpuMs(before.cpu, after.cpu) })
  }
  const figures = (share: number) => ({
    'whole ms': percentile(
      jobs.map(({ wall }) => wall),
      share,
    ),
    'waiting for stand-ins ms': percentile(
      jobs.map(({ waited }) => waited),
      share,
    ),
    'our own ms': percentile(
      jobs.map(({ wall, waited }) => wall - waited),
      share,
    ),
    'CPU of the main thread ms': percentile(
      jobs.map(({ cpu }) => cpu),
      share,
    ),
    requests: percentile(
      jobs.map(({ requests }) => requests),
      share,
    ),
  })
  printTable(`The whole job, ${SINGLE_JOBS} tickets one after the other`, [
    { '': 'p50', ...figures(0.5) },
    { '': 'p95', ...figures(0.95) },
  ])
  console.log(
    '\nFrom the assignment at the desk until the ticket is closed, the team is told and nothing is due. "Waiting": at' +
      '\nleast one request to a stand-in is unanswered. All else counts as our own, the way of their webhooks included.',
  )
  const own = percentile(
    jobs.map(({ wall, waited }) => wall - waited),
    0.5,
  )
  verdict(`${Math.round(own)} ms of our own time per job (goal: under 150)`, own < 150)
}

async function allAtOnce(hub: Child, standIns: Child) {
  const before = await prepare(hub, standIns, MANY)
  const memoryBefore = await hub.ask<Memory>('memory')
  const spentBefore = await hub.ask<Spent>('spent')
  const standInsBefore = await standIns.ask<NodeJS.CpuUsage>('cpu')
  let peak = 0
  const watch = setInterval(async () => {
    peak = Math.max(peak, await hub.ask<number>('rss'))
  }, 500)
  await standIns.ask('assign')
  await settle(hub, standIns, before + MANY, 250)
  clearInterval(watch)

  const spent = await hub.ask<Spent>('spent')
  const standInsCpu = await standIns.ask<NodeJS.CpuUsage>('cpu')
  const flows = (await hub.ask<Flow[]>('flows')).slice(before)
  const tally = await standIns.ask<Tally>('effects')
  const memory = await hub.ask<Memory>('memory')
  const start = Math.min(...flows.map((flow) => flow.created_at))
  const seconds = (Math.max(...flows.map((flow) => flow.completed_at ?? 0)) - start) / 1_000
  const hubCpu = cpuMs(spentBefore.cpu, spent.cpu)
  const perSecond = flows.length / seconds
  printTable(`${MANY} tickets assigned at once`, [
    {
      resolved: flows.filter(({ status, outcome }) => status === 'completed' && outcome === 'resolved')
        .length,
      'tickets solved': tally.solved,
      mails: tally.mails,
      'done twice': tally.twice,
      seconds,
      'jobs per second': perSecond,
      'hub CPU ms per job': hubCpu / MANY,
      'stand-ins CPU ms per job': cpuMs(standInsBefore, standInsCpu) / MANY,
    },
  ])
  printTable('Memory of the hub, MB', [
    { '': 'resident', before: mb(memoryBefore.rss), peak: mb(peak), 'after, collected': mb(memory.rss) },
    { '': 'heap', before: mb(memoryBefore.heap), peak: '', 'after, collected': mb(memory.heap) },
  ])
  const isComplete =
    flows.length === MANY && tally.solved === MANY && tally.mails === MANY && tally.twice === 0
  verdict(`all ${MANY} finish, every effect once`, isComplete)
  verdict(`${perSecond.toFixed(1)} jobs per second (goal: 50)`, perSecond >= 50)
  const growth = mb(memory.heap - memoryBefore.heap)
  verdict(`${growth} MB more heap after ${MANY} jobs (bounded: under 32)`, growth < 32)
}

/** Makes tickets and waits until the hub knows them. @returns how many flows there were before. */
async function prepare(hub: Child, standIns: Child, tickets: number): Promise<number> {
  await standIns.ask(`create ${tickets}`)
  await standIns.ask('idle')
  await hub.ask('idle')
  return (await hub.ask<Flow[]>('flows')).length
}

/** Until so many flows have ended and nothing is on its way. */
async function settle(hub: Child, standIns: Child, ended: number, lookEveryMs: number) {
  const giveUpAt = performance.now() + GIVE_UP_MS
  for (;;) {
    await setTimeout(lookEveryMs)
    await standIns.ask('idle')
    const flows = await hub.ask<Flow[]>('flows')
    const open = flows.filter((flow) => flow.completed_at === null)
    if (flows.length - open.length >= ended) return
    if (performance.now() > giveUpAt) {
      const [first] = open
      throw new Error(
        `${flows.length - open.length} of ${ended} flows ended; ${first?.ticket} waits for ${first?.waiting_for}`,
      )
    }
  }
}

const cpuMs = (before: NodeJS.CpuUsage, after: NodeJS.CpuUsage) =>
  (after.user + after.system - before.user - before.system) / 1_000

const mb = (bytes: number) => Math.round(bytes / 1e6)

if (import.meta.main) await run()
