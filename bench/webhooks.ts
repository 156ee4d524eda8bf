import { createHmac, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { type Child, startChild } from './child.ts'
import { percentile, printTable, verdict } from './lib.ts'

const CONNECTIONS = 64
const WARM_UP_S = 2
const ROUND_S = 3
const ROUNDS = 4
const SECRET = 'a-secret-of-the-bench-alone-0123'
const DOORS = ['hub', 'group', 'single'] as const

type Door = (typeof DOORS)[number]
type Round = { perSecond: number; p50: number; p99: number; serverCpu: number; loadCpu: number }

/** Signed webhooks accepted durably: the hub beside a bare handler, with this disk's flush and with a slower one. */
export async function run(): Promise<void> {
  await compare(0)
  await compare(2)
  console.log(
    '\nEvery answer is given after COMMIT (SQLite, WAL, synchronous=FULL); bodies are 1 to 2 KB, ids and signatures' +
      '\nof every request its own. "hub" is the whole hub but for the dispatcher, which would spend the same core on the' +
      '\nwork that follows: it also parses, and writes the event and the work row. "group" and "single" are bare express 5' +
      '\nhandlers that verify and insert the raw delivery. CPU is of one core; the load has the other.',
  )
}

async function compare(flushMs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-webhooks-'))
  const doors = new Map<Door, Child>()
  const rounds = new Map<Door, Round[]>(DOORS.map((which) => [which, []]))
  let accepted = 0
  let stored = 0
  try {
    for (const which of DOORS) doors.set(which, await startDoor(which, folder, flushMs))
    const each = async (seconds: number, keep: boolean) => {
      for (const [which, door] of doors) {
        const { round, ok } = await knock(door, seconds)
        accepted += ok
        if (keep) rounds.get(which)?.push(round)
      }
    }
    await each(WARM_UP_S, false)
    for (let n = 0; n < ROUNDS; n += 1) await each(ROUND_S, true)
    for (const door of doors.values()) stored += await door.ask<number>('stored')
  } finally {
    for (const door of doors.values()) await door.end()
    rmSync(folder, { recursive: true, force: true })
  }
  if (stored < accepted) throw new Error(`${accepted} webhooks were accepted, ${stored} are stored`)
  report(flushMs, rounds)
}

function startDoor(which: Door, folder: string, flushMs: number): Promise<Child> {
  return startChild('webhooks-door.ts', [which, mkdtempSync(join(folder, which)), String(flushMs)], {
    ZENDESK_SUBDOMAIN: 'bench',
    ZENDESK_OAUTH_TOKEN: 'none',
    ZENDESK_BASE_URL: 'http://127.0.0.1:9',
    ZENDESK_WEBHOOK_SECRET: SECRET,
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'json',
  })
}

async function knock(door: Child, seconds: number): Promise<{ round: Round; ok: number }> {
  const times: number[] = []
  let n = 0
  const before = await door.ask<NodeJS.CpuUsage>('cpu')
  const ownBefore = process.cpuUsage()
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const load = autocannon(
      {
        url: `${door.ready.url}/api/v1/webhooks/zendesk`,
        connections: CONNECTIONS,
        duration: seconds,
        method: 'POST',
        requests: [{ setupRequest: (request) => Object.assign(request, signed(n++)) }],
      },
      (error, done) => (error ? reject(error) : resolve(done)),
    )
    load.on('response', (_client, _status, _bytes, ms) => times.push(ms))
  })
  const own = process.cpuUsage(ownBefore)
  const after = await door.ask<NodeJS.CpuUsage>('cpu')
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} webhooks were refused and ${result.errors} failed`)
  const share = (usage: NodeJS.CpuUsage) => (usage.user + usage.system) / 1e6 / result.duration
  return {
    ok: result['2xx'],
    round: {
      perSecond: times.length / result.duration,
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      serverCpu: share({ user: after.user - before.user, system: after.system - before.system }),
      loadCpu: share(own),
    },
  }
}

const FILLER = 'Wir hätten gern ein Zimmer für drei mit Blick auf den Fluss, ruhig gelegen. '

/** A `ticket.agent_assignment_changed` event of 1 to 2 KB, as Zendesk signs it. */
function signed(n: number) {
  const body = JSON.stringify({
    type: 'zen:event-type:ticket.agent_assignment_changed',
    account_id: 22129848,
    id: randomUUID(),
    time: '2026-01-08T10:12:07.672717030Z',
    zendesk_event_version: '2022-11-06',
    subject: `zen:ticket:${n}`,
    detail: {
      actor_id: '8447388090494',
      assignee_id: '8447388090494',
      brand_id: '8447346621310',
      created_at: '2026-01-05T12:31:01Z',
      description: FILLER.repeat(5 + (n % 12)),
      group_id: '8447320466430',
      id: String(n + 1),
      is_public: true,
      organization_id: '8447346622462',
      priority: 'NORMAL',
      requester_id: '8447388090400',
      status: 'OPEN',
      subject: 'Zimmer für drei',
      submitter_id: '8447388090400',
      tags: [],
      type: 'TASK',
      updated_at: '2026-01-08T10:12:07Z',
      via: { channel: 'email' },
    },
    event: { current: '8447388090494', previous: null },
  })
  const timestamp = new Date().toISOString()
  return {
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Zendesk Webhook',
      'x-zendesk-account-id': '22129848',
      'x-zendesk-webhook-id': '01HKMJ4VW4R7XAGV2Z1V5N8V6Q',
      'x-zendesk-webhook-invocation-id': randomUUID(),
      'x-zendesk-webhook-signature-timestamp': timestamp,
      'x-zendesk-webhook-signature': createHmac('sha256', SECRET)
        .update(timestamp)
        .update(body)
        .digest('base64'),
    },
  }
}

function report(flushMs: number, rounds: Map<Door, Round[]>) {
  const median = (which: Door, figure: keyof Round) =>
    percentile(rounds.get(which)?.map((round) => round[figure]) ?? [], 0.5)
  // Each round has its own neighbour, so that what disturbed both cancels out.
  const ratio = (other: Door, figure: 'perSecond' | 'p99') =>
    percentile(
      rounds.get('hub')?.map((mine, n) => mine[figure] / (rounds.get(other)?.[n]?.[figure] ?? 0)) ?? [],
      0.5,
    )
  printTable(
    `Signed webhooks accepted durably, 64 connections, ${flushMs === 0 ? "this disk's flush" : `each flush ${flushMs} ms slower`} (medians of ${ROUNDS} rounds)`,
    DOORS.map((which) => ({
      door: which,
      'per second': Math.round(median(which, 'perSecond')),
      'p50 ms': median(which, 'p50'),
      'p99 ms': median(which, 'p99'),
      'CPU %': Math.round(median(which, 'serverCpu') * 100),
      'load CPU %': Math.round(median(which, 'loadCpu') * 100),
    })),
  )
  const toGroup = ratio('group', 'perSecond')
  verdict(`${Math.round(toGroup * 100)} % of the bare handler (goal: 70, aim: 85)`, toGroup >= 0.7)
  verdict(
    `p99 ${ratio('group', 'p99').toFixed(2)} times the bare handler's (goal: under 2)`,
    ratio('group', 'p99') < 2,
  )
  if (flushMs > 0) {
    const toSingle = ratio('single', 'perSecond')
    verdict(`${toSingle.toFixed(1)} times one transaction per request (goal: 15)`, toSingle >= 15)
  }
}

if (import.meta.main) await run()
