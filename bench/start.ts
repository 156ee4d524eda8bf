import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort, percentile, printTable, verdict } from './lib.ts'

const ROUNDS = 5
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
/** As `npm start` does, in setup/run.mjs. */
const HUB_FLAGS = ['--max-semi-space-size=4']
const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/node-compile', import.meta.url))
/** How long a hub is left alone before its memory is looked at. */
const SETTLE_MS = 4_000
const FIRST_RUN_MS = 90_000

type Figures = { readyMs: number; residentMb: number }

/** From the start of the process to `/readyz`, after the install, and what a hub holds that has nothing to do. */
export async function run(): Promise<void> {
  const used = mkdtempSync(join(tmpdir(), 'bench-start-used-'))
  try {
    const afterFirstRun = await firstRun(used)
    const fresh = await rounds({ env: {}, look: false })
    const sandbox = await rounds({ env: {}, from: used, look: true })
    const connected = await rounds({ env: CONNECTED, look: true })
    printTable(`Start to ready, after the install, and resident memory (medians of ${ROUNDS})`, [
      row('nothing, first start ever', fresh.readyMs, ''),
      row('nothing, started again and idle', sandbox.readyMs, sandbox.residentMb),
      row('nothing, after showing the job once', '', afterFirstRun),
      row('Zendesk, Resend, Vapi, Slack, a model', connected.readyMs, connected.residentMb),
    ])
    console.log(
      '\nWith nothing configured the stand-ins of all vendors and the sample customers live in the same process. What' +
        '\nthe embedding process holds while it is used is not in these figures; it ends after two minutes without use.',
    )
    const readyMs = Math.max(fresh.readyMs, sandbox.readyMs)
    verdict(`${readyMs} ms from start to ready (goal: under 1,000)`, readyMs < 1_000)
    verdict(
      `${sandbox.residentMb} MB at idle with nothing configured (goal: under 120)`,
      sandbox.residentMb < 120,
    )
  } finally {
    rmSync(used, { recursive: true, force: true })
  }
}

const row = (configured: string, readyMs: number | string, residentMb: number | string) => ({
  configured,
  'ready ms': readyMs,
  'resident MB': residentMb,
})

/** Nobody is there: ready says how each integration is, and does not wait for it. */
export const CONNECTED = {
  ZENDESK_SUBDOMAIN: 'bench',
  ZENDESK_OAUTH_TOKEN: 'none',
  ZENDESK_WEBHOOK_SECRET: 'none-but-long-enough',
  ZENDESK_BASE_URL: 'http://127.0.0.1:9',
  RESEND_API_KEY: 're_none',
  RESEND_WEBHOOK_SECRET: 'whsec_bm9uZS1vZi10aGlzLWlzLWEtc2VjcmV0',
  RESEND_BASE_URL: 'http://127.0.0.1:9',
  EMAIL_FROM: 'Bench <bench@example.com>',
  EMAIL_REPLY_TO: 'reply@example.com',
  VAPI_API_KEY: 'none',
  VAPI_PHONE_NUMBER_ID: 'none',
  VAPI_WEBHOOK_SECRET: 'none-but-long-enough',
  VAPI_BASE_URL: 'http://127.0.0.1:9',
  SLACK_BOT_TOKEN: 'xoxb-none',
  SLACK_SIGNING_SECRET: 'none-but-long-enough',
  SLACK_ESCALATIONS_CHANNEL: 'C0000000000',
  SLACK_API_URL: 'http://127.0.0.1:9/api/',
  OPENAI_API_KEY: 'none',
  OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
  OPENAI_MODEL: 'none',
}

/** The sandbox as `npm start` begins it: knowledge taken in, the job shown once. @returns what it holds then. */
async function firstRun(folder: string): Promise<number> {
  const hub = await startHub(folder, {})
  const giveUpAt = Date.now() + FIRST_RUN_MS
  while (!hub.output().includes('Done: ') && Date.now() < giveUpAt) await setTimeout(250)
  if (!hub.output().includes('Done: ')) throw new Error(`the first run did not finish:\n${hub.output()}`)
  await setTimeout(SETTLE_MS)
  const residentMb = hub.residentMb()
  await hub.end()
  return residentMb
}

/** One start more than is counted: the first fills the compile cache, as the one after the install does. */
async function rounds(what: { env: Record<string, string>; from?: string; look: boolean }): Promise<Figures> {
  const all: Figures[] = []
  for (let n = 0; n <= ROUNDS; n += 1) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-start-'))
    if (what.from) cpSync(what.from, folder, { recursive: true })
    const hub = await startHub(folder, what.env)
    if (what.look) await setTimeout(SETTLE_MS)
    if (n > 0) all.push({ readyMs: hub.readyMs, residentMb: hub.residentMb() })
    await hub.end()
    rmSync(folder, { recursive: true, force: true })
  }
  const median = (figure: keyof Figures) =>
    percentile(
      all.map((one) => one[figure]),
      0.5,
    )
  return { readyMs: Math.round(median('readyMs')), residentMb: Math.round(median('residentMb')) }
}

/** The hub in a process of its own, ready. */
export async function startHub(folder: string, env: Record<string, string>) {
  const port = await freePort()
  let output = ''
  const startedAt = performance.now()
  const hub = spawn(process.execPath, [...HUB_FLAGS, MAIN], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      PORT: String(port),
      DATA_DIR: folder,
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      ...env,
    },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => hub.once('exit', resolve))
  for (const stream of [hub.stdout, hub.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  while (!(await isReady(port))) {
    if (hub.exitCode !== null) throw new Error(`the hub ended before it was ready:\n${output}`)
    await setTimeout(5)
  }
  const readyMs = performance.now() - startedAt
  return {
    url: `http://127.0.0.1:${port}`,
    readyMs,
    output: () => output,
    residentMb: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(hub.pid)])) / 1_000,
    async end() {
      hub.kill('SIGTERM')
      await ended
    },
  }
}

async function isReady(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
  await response?.arrayBuffer()
  return response?.status === 200
}

if (import.meta.main) await run()
