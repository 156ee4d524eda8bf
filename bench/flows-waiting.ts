import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { copyFlow, copyRows } from '../test/many-flows.ts'
import { openEngine } from './flows-engine.ts'
import { percentile, printTable, timeEach, verdict } from './lib.ts'
import { CONNECTED, startHub } from './start.ts'

const FEW = 50
const MANY = 100_000
const LOG_LINES = 1_000_000
const ROUNDS = 3
const ASKED = 100
const WOKEN = 10
const SETTLE_MS = 4_000
const GIVE_UP_MS = 5_000
const API_TOKEN = 'a-token-of-the-bench-alone'

type Figures = Record<'readyMs' | 'residentMb' | 'wakeMs' | 'getMs' | 'logsMs', number>
type Full = { folder: string; flow: string }

/** What so many flows that wait cost the hub: to start, to hold, to wake one, to look at one. */
export async function run(): Promise<void> {
  const few = await fill(FEW, 0)
  const many = await fill(MANY, LOG_LINES)
  try {
    const rounds: { few: Figures; many: Figures }[] = []
    // One more than is counted: the first fills the compile cache.
    for (let n = 0; n <= ROUNDS; n += 1) {
      const round = { few: await look(few, n), many: await look(many, n) }
      if (n > 0) rounds.push(round)
    }
    report(medians(rounds.map((round) => round.few)), medians(rounds.map((round) => round.many)))
  } finally {
    for (const { folder } of [few, many]) rmSync(folder, { recursive: true, force: true })
  }
}

/** A store with `flows` copies of a flow that waits for a person, and `lines` more of their log. */
async function fill(flows: number, lines: number): Promise<Full> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-waiting-'))
  const steps = [
    { name: 'ask', type: 'user_prompt', title: 'Ask', prompt_type: 'text', message: 'Go on?', within: '20d' },
    { name: 'go_on', type: 'conditional', title: 'Go on', condition: { if: 'yes', exists: true } },
  ]
  const engine = await openEngine(join(folder, 'switchboard.db'), steps)
  const flow = (await engine.createFlow())?.id ?? ''
  const dispatcher = engine.dispatcher(1)
  await dispatcher.start()
  await dispatcher.idle()
  await dispatcher.stop(1_000)
  await engine.store.write((tx) => copyFlow(tx, flow, flows))
  if (lines > 0) {
    await engine.store.write((tx) =>
      copyRows(tx, 'flow_logs', `flow_id = '${flow}' AND type = 'flow_created'`, lines, ['id'], {
        flow_id: `'${flow}_' || (i % ${flows} + 1)`,
      }),
    )
  }
  await engine.store.close()
  return { folder, flow }
}

/** One start of the hub; each wakes other flows, since one that went on waits no more. */
async function look({ folder, flow }: Full, round: number): Promise<Figures> {
  const hub = await startHub(folder, { ...CONNECTED, API_TOKEN })
  try {
    await setTimeout(SETTLE_MS)
    const residentMb = hub.residentMb()
    const ids = Array.from({ length: WOKEN }, (_, n) => `${flow}_${round * WOKEN + n + 1}`)
    const asked = Array.from({ length: ASKED }, (_, n) => ids[n % ids.length])
    const at = `${hub.url}/api/v1/ai/flows`
    const getMs = await timeEach(asked, (id) => ask(`${at}/${id}`))
    const logsMs = await timeEach(asked, (id) => ask(`${at}/${id}/logs`))
    const wakeMs: number[] = []
    for (const id of ids) wakeMs.push(await wake(`${at}/${id}`))
    return {
      readyMs: hub.readyMs,
      residentMb,
      wakeMs: percentile(wakeMs, 0.5),
      getMs: percentile(getMs, 0.5),
      logsMs: percentile(logsMs, 0.5),
    }
  } finally {
    await hub.end()
  }
}

/** Milliseconds from the request that answers the flow's question to the answer that shows the flow completed. */
async function wake(url: string): Promise<number> {
  const { flow } = await ask(url)
  const startedAt = performance.now()
  let { status } = (await ask(`${url}/steps/${flow.steps[0]?.id}/respond`, { response: { value: 'yes' } }))
    .flow
  while (status !== 'completed') {
    if (performance.now() - startedAt > GIVE_UP_MS) throw new Error(`${url} does not go on: ${status}`)
    status = (await ask(url)).flow.status
  }
  return performance.now() - startedAt
}

type Answer = { flow: { status: string; steps: { id: string }[] } }

async function ask(url: string, body?: object): Promise<Answer> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${API_TOKEN}`, 'content-type': 'application/json' },
    ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as Answer
}

function medians(rounds: Figures[]): Figures {
  const median = (figure: keyof Figures) =>
    percentile(
      rounds.map((round) => round[figure]),
      0.5,
    )
  return {
    readyMs: median('readyMs'),
    residentMb: median('residentMb'),
    wakeMs: median('wakeMs'),
    getMs: median('getMs'),
    logsMs: median('logsMs'),
  }
}

function report(few: Figures, many: Figures): void {
  const row = (store: string, figures: Figures) => ({
    store,
    'ready ms': Math.round(figures.readyMs),
    'resident MB': Math.round(figures.residentMb),
    'wake one ms': figures.wakeMs,
    'get one ms': figures.getMs,
    'its log ms': figures.logsMs,
  })
  printTable(`Flows that wait for a person, over HTTP (medians of ${ROUNDS} starts of the hub)`, [
    row(`${FEW} wait`, few),
    row(`${MANY.toLocaleString('en')} wait, ${LOG_LINES.toLocaleString('en')} lines in the log`, many),
  ])
  const later = many.readyMs - few.readyMs
  const larger = many.residentMb - few.residentMb
  verdict(`${Math.round(later)} ms later ready (goal: unchanged, within 100)`, later < 100)
  verdict(`${Math.round(larger)} MB more held (goal: unchanged, within 10)`, larger < 10)
  verdict(`${many.wakeMs.toFixed(1)} ms to wake one (goal: under 20)`, many.wakeMs < 20)
  const slower = Math.max(many.getMs / few.getMs, many.logsMs / few.logsMs)
  verdict(`${slower.toFixed(1)} times as long to look at one (goal: at most 2)`, slower <= 2)
}

if (import.meta.main) await run()
