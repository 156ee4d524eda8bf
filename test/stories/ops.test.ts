import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { ask, metric } from '../doors.ts'
import { ABHISHEK, startTestHub } from '../hub.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const Health = z.object({
  ready: z.boolean(),
  checks: z.record(z.string(), z.looseObject({ ok: z.boolean(), required: z.boolean() })),
})

describe('health', () => {
  it('says that the process is alive, that it is ready, and how each integration is', async () => {
    await using hub = await startTestHub()
    const alive = await ask(hub, 'GET', '/healthz', { token: null })
    const ready = await ask(hub, 'GET', '/readyz', { token: null })
    const { checks } = Health.parse(ready.json)

    expect(alive).toMatchObject({ status: 200, json: { alive: true } })
    expect(ready).toMatchObject({ status: 200, json: { ready: true } })
    expect(Object.keys(checks).toSorted()).toEqual(
      [
        'discord.chat',
        'dispatcher',
        'openai.model',
        'resend.mailer',
        'slack.chat',
        'store',
        'tasks.desk',
        'vapi.voice',
        'zendesk.desk',
      ].toSorted(),
    )
    expect(Object.values(checks).every(({ ok }) => ok)).toBe(true)
  })

  it('shows a vendor that is down, with what to do, and takes the hub for ready all the same', async () => {
    await using hub = await startTestHub()
    for (const vendor of ['zendesk', 'resend', 'vapi', 'slack', 'discord', 'tasks', 'model']) {
      hub.control.switchFault(vendor, { on: '*', kind: { status: 503 }, times: 99 })
    }
    const ready = await ask(hub, 'GET', '/readyz', { token: null })
    const { checks } = Health.parse(ready.json)

    expect(ready).toMatchObject({ status: 200, json: { ready: true } })
    const vendors = Object.entries(checks).filter(([, { required }]) => !required)
    expect(vendors).toHaveLength(7)
    for (const [name, check] of vendors) {
      expect(check, name).toMatchObject({ ok: false, detail: expect.any(String), hint: expect.any(String) })
    }
  })

  it('asks every vendor at its start how it is, and is ready before they answer', async () => {
    await using hub = await startTestHub({ vendors: (standIns) => standIns })
    const { slack, model, vapi, resend } = hub.sandbox.standIns
    for (const { seen } of [slack, model, vapi, resend])
      await expect.poll(() => seen.length).toBeGreaterThan(0)
  })

  it('asks a vendor at most once a minute, however often it is asked itself', async () => {
    await using hub = await startTestHub()
    const { seen } = hub.sandbox.standIns.slack
    await ask(hub, 'GET', '/readyz', { token: null })
    const asked = seen.length
    for (let time = 0; time < 5; time++) await ask(hub, 'GET', '/readyz', { token: null })
    expect(seen.length).toBe(asked)
    hub.clock.advance(61_000)
    await ask(hub, 'GET', '/readyz', { token: null })
    expect(seen.length).toBe(asked + 1)
  })

  it('is not ready once work is being stopped', async () => {
    const hub = await startTestHub()
    await hub.settle()
    await hub.hub.stop()
    const answer = await ask(hub, 'GET', '/readyz', { token: null })
    await hub[Symbol.asyncDispose]()

    expect(answer).toMatchObject({
      status: 503,
      json: { ready: false, checks: { store: { ok: false }, dispatcher: { ok: false } } },
    })
  })
})

describe('figures', () => {
  it('count what happened along the way of a job', async () => {
    await using hub = await startTestHub()
    hub.assign(ABHISHEK)
    await hub.settle()

    const counts: [string, Record<string, string>][] = [
      ['webhooks_total', { source: 'zendesk', verdict: 'events' }],
      ['webhooks_total', { source: 'resend', verdict: 'events' }],
      ['webhooks_total', { source: 'vapi', verdict: 'events' }],
      ['events_total', { type: 'ticket_assigned' }],
      ['effects_total', { skill: 'send_email', state: 'done' }],
      ['effects_total', { skill: 'dial_call', state: 'done' }],
      ['flows_ended_total', { template: 'resolve_ticket', outcome: 'resolved' }],
      ['model_calls_total', { outcome: 'answered' }],
      ['work_seconds_count', { kind: 'flow.run' }],
    ]
    for (const [name, labels] of counts) {
      expect(
        await metric(hub, `switchboard_${name}`, labels),
        `${name} ${JSON.stringify(labels)}`,
      ).toBeGreaterThan(0)
    }
    expect(await metric(hub, 'switchboard_effects_total', { skill: 'send_email', state: 'done' })).toBe(1)
    expect(await metric(hub, 'switchboard_model_tokens_total', { direction: 'input' })).toBeGreaterThan(0)
    expect(await metric(hub, 'process_resident_memory_bytes')).toBeGreaterThan(0)
  })
})

/** The hub as `npm start` runs it: a process of its own in an empty folder. */
function startProcess(env: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-process-'))
  const child = spawn(process.execPath, [MAIN], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      PORT: '0',
      DATA_DIR: folder,
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'debug',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString('utf8')
  })
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    child,
    folder,
    ended,
    out: () => out,
    err: () => err,
    says: (text: string) => says(child, () => out, text),
  }
}

function says(child: ChildProcess, out: () => string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (out().includes(text)) resolve()
    }
    child.stdout?.on('data', look)
    child.on('exit', () => reject(new Error(`it ended before it said "${text}":\n${out()}`)))
    look()
  })
}

const Line = z.looseObject({ level: z.string(), time: z.string(), msg: z.string() })
const linesOf = (out: string) =>
  out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => Line.parse(JSON.parse(line)))

describe('the process, with nothing configured', () => {
  it('is the sandbox: it runs the main job once in front of the reader, and stops when told to', async () => {
    const hub = startProcess()
    await hub.says('Done: resolved')
    const url = String(linesOf(hub.out()).find(({ msg }) => msg === 'the hub is ready')?.url)
    const token = /API token \(shown this once\): (\S+)/.exec(hub.out())?.[1] ?? ''

    expect((await ask({ url }, 'GET', '/readyz')).status).toBe(200)
    const { json } = await ask({ url, apiToken: token }, 'GET', '/api/v1/ai/flows')
    expect(json).toMatchObject({ data: [{ outcome: 'resolved' }] })

    const asked = performance.now()
    hub.child.kill('SIGTERM')
    expect(await hub.ended).toBe(0)
    expect(performance.now() - asked).toBeLessThan(10_000)
    expect(leasedIn(hub.folder)).toBe(0)

    const lines = linesOf(hub.out())
    const ofTheCase = lines.filter(({ caseId }) => caseId === 'zendesk:4045')
    expect(ofTheCase.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining([
        'Profile the customer',
        'Send the first e-mail',
        'a mail came in',
        'completed: resolved',
      ]),
    )
    for (const type of ['ticket_assigned', 'inbound_email', 'call_ended', 'flow_completed']) {
      expect(
        ofTheCase.some(({ event }) => event === type),
        type,
      ).toBe(true)
    }
    expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])

    const log = lines.map((line) => JSON.stringify(line)).join('\n')
    expect(log).not.toMatch(/[\w.+-]+@[\w-]+\.\w+/)
    expect(log).not.toContain(token)
    for (const secret of SANDBOX_SECRETS) expect(log, secret).not.toContain(secret)
    expect(hub.err()).toBe('')
  }, 60_000)

  it.each([
    ['as soon as it is ready, while it still takes in its knowledge', 'the hub is ready'],
    ['in the middle of a job', 'Profile the customer'],
  ])(
    'stops %s: with 0, and no work is left leased',
    async (_, moment) => {
      const hub = startProcess()
      await hub.says(moment)
      hub.child.kill('SIGTERM')

      expect(await hub.ended).toBe(0)
      expect(leasedIn(hub.folder)).toBe(0)
      expect(hub.err()).toBe('')
    },
    40_000,
  )

  it('goes on after a stop where it stood', async () => {
    const first = startProcess()
    await first.says("waiting for the customer's reply")
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    const second = startProcess({ DATA_DIR: first.folder })
    await second.says('"what":"flow_completed"')
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
  }, 60_000)
})

describe('a configuration that cannot work', () => {
  it('ends the process with 1, all mistakes in one list, and shows no secret', async () => {
    const hub = startProcess({
      ZENDESK_SUBDOMAIN: 'acme',
      ZENDESK_OAUTH_TOKEN: 'very-secret-zendesk-token',
      RESEND_API_KEY: 're_very_secret',
      VAPI_API_KEY: 'very-secret-vapi-key',
      PORT: 'eighty',
      QUIET_HOURS: 'at night',
      SECRET_KEY: 'short-secret',
    })
    expect(await hub.ended).toBe(1)
    const said = hub.err()
    for (const name of [
      'ZENDESK_WEBHOOK_SECRET',
      'RESEND_WEBHOOK_SECRET',
      'VAPI_PHONE_NUMBER_ID',
      'PORT',
      'QUIET_HOURS',
      'SECRET_KEY',
    ]) {
      expect(said, name).toContain(name)
    }
    expect(said + hub.out()).not.toMatch(/very.secret|short-secret/)
    expect(said).not.toMatch(/\n\s+at /)
  }, 20_000)

  it('says so where another process has the port', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const address = taken.address()
    const port = typeof address === 'object' && address ? String(address.port) : ''
    const hub = startProcess({ PORT: port })

    expect(await hub.ended).toBe(1)
    expect(hub.err()).toContain(`PORT ${port} is taken`)
    expect(hub.err()).not.toMatch(/\n\s+at /)
  }, 20_000)
})

const SANDBOX_SECRETS = [
  'zendesk-sandbox-token',
  'webhook-secret-of-the-sandbox',
  Buffer.from('resend-webhook-secret-of-the-sandbox').toString('base64'),
  'xoxb-',
  'Bearer ',
]

function leasedIn(folder: string): number {
  const db = new Database(join(folder, 'switchboard.db'), { readonly: true })
  try {
    const row = db.prepare("SELECT count(*) AS n FROM work WHERE state = 'leased'").get()
    return z.object({ n: z.number() }).parse(row).n
  } finally {
    db.close()
  }
}
