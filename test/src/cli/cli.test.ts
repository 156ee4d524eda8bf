import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { integrations } from '../../../integrations/index.ts'
import { commands } from '../../../src/cli/commands.ts'
import { renderEnvExample } from '../../../src/config/index.ts'
import { systemClock } from '../../../src/ops/clock.ts'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts'
import { insertInto } from '../../../src/store/index.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../../hub.ts'
import { called } from './called.ts'

describe('the commands', () => {
  it('list themselves when nothing is asked for', async () => {
    const { code, out } = await called('')
    expect(code).toBe(0)
    for (const { path } of commands) expect(out).toContain(path.join(' '))
  })

  it.each(commands.map(({ path }) => path.join(' ')))('%s explains itself', async (name) => {
    const { code, out } = await called(`${name} --help`)
    expect(code).toBe(0)
    expect(out).toContain(`npm run cli -- ${name}`)
  })

  it.each([
    ['frobnicate', 'There is no command "frobnicate"'],
    ['work replay', '<id> … is missing'],
    ['work dead now', 'one word too many'],
    ['work dead --all', "Unknown option '--all'"],
    ['token create --name mara', '--scopes must be'],
    ['token create --name mara --scopes root', '--scopes must be'],
    ['token create --scopes read', '--name must be'],
  ])('%s is answered with what is wrong, and exit code 2', async (line, message) => {
    const { code, said } = await called(line)
    expect(code).toBe(2)
    expect(said).toContain(message)
  })

  it('env-example prints what .env.example is made of', async () => {
    expect((await called('env-example')).out).toBe(renderEnvExample(integrations).trimEnd())
  })
})

describe('without a database', () => {
  it('a command that would look into one says where it looked', async () => {
    const { code, said } = await called('work dead', { env: { DATA_DIR: '/nowhere/at/all' } })
    expect({ code, said }).toEqual({
      code: 1,
      said: 'There is no database in /nowhere/at/all: start the hub there once, or set DATA_DIR to where it is.',
    })
  })

  it('migrate makes one, and the second time finds it current', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-cli-'))
    const env = { DATA_DIR: join(folder, 'data') }
    expect((await called('migrate', { env })).out).toContain('ran 0001-foundation')
    expect((await called('migrate', { env })).out).not.toContain('ran')
    // It will hold what customers wrote.
    expect(statSync(env.DATA_DIR).mode & 0o777).toBe(0o700)
    rmSync(folder, { recursive: true })
  })
})

describe('doctor', () => {
  let sandbox: Sandbox
  let folder: string
  const doctor = (env: Record<string, string>) => called('doctor', { env: { DATA_DIR: folder, ...env } })
  const EMAIL = { EMAIL_FROM: 'help@example.com' }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'switchboard-cli-'))
    sandbox = await startSandbox({ clock: systemClock(), hubUrl: 'http://127.0.0.1:9' })
  })
  afterAll(async () => {
    await sandbox.close()
    rmSync(folder, { recursive: true })
  })

  it('says so when nothing is configured, which is no fault', async () => {
    const { code, out } = await doctor({})
    expect(code).toBe(0)
    expect(out).toContain('No vendor is configured')
  })

  it('lists every mistake of the configuration at once', async () => {
    const { code, said } = await doctor({ PORT: 'http', ZENDESK_SUBDOMAIN: 'acme', QUIET_HOURS: 'night' })
    expect(code).toBe(1)
    for (const name of ['PORT', 'Zendesk Support is half configured', 'QUIET_HOURS'])
      expect(said).toContain(name)
  })

  it('asks every vendor that is on', async () => {
    const { code, out } = await doctor({ ...sandbox.env, ...EMAIL })
    for (const name of [
      'zendesk.desk',
      'resend.mailer',
      'vapi.voice',
      'slack.chat',
      'discord.chat',
      'openai.model',
    ])
      expect(out).toMatch(new RegExp(`✓ ${name}`))
    expect({ code, last: out.split('\n').at(-1) }).toEqual({ code: 0, last: 'All is well.' })
  })

  it('names the one that does not answer and what to do, and shows no secret', async () => {
    const wrong = 'xoxb-not-the-one-of-the-sandbox'
    const { code, out, said } = await doctor({ ...sandbox.env, ...EMAIL, SLACK_BOT_TOKEN: wrong })
    expect(code).toBe(1)
    expect(out).toMatch(/✗ slack\.chat.*\n {2}→ ./)
    expect(out).toContain('✓ zendesk.desk')
    expect(out + said).not.toContain(wrong)
  })

  it('doubts a PUBLIC_URL that vendors cannot reach', async () => {
    const { out } = await doctor({ ...sandbox.env, ...EMAIL })
    expect(out).toContain(
      '! PUBLIC_URL is http://localhost:3000: Zendesk Support, Resend, Vapi cannot post there',
    )
  })
})

describe('beside a running hub', () => {
  let hub: TestHub
  let files: string
  const cli = (line: string) =>
    called(line, { env: { DATA_DIR: hub.folder, API_TOKEN: 'a-token-of-the-configuration' }, folder: files })

  beforeAll(async () => {
    hub = await startTestHub()
    files = mkdtempSync(join(tmpdir(), 'switchboard-cli-'))
  })
  afterAll(async () => {
    await hub[Symbol.asyncDispose]()
    rmSync(files, { recursive: true })
  })

  it('makes a token that may do what its scope says, until it is revoked', async () => {
    const { out: token, said } = await cli('token create --name reader --scopes read')
    expect(said).toContain('not shown again')
    const ask = async (method: string, path: string) =>
      (await fetch(`${hub.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}` } }))
        .status
    expect([await ask('GET', '/work/dead'), await ask('POST', '/work/dead/x/replay')]).toEqual([200, 403])
    expect((await cli('token list')).out).toMatch(/^reader +read +since 2/)
    expect((await cli('token create --name reader --scopes admin')).code).toBe(1)
    await cli('token revoke reader')
    expect(await ask('GET', '/work/dead')).toBe(401)
    expect((await cli('token revoke reader')).code).toBe(1)
  })

  it('adds knowledge that the hub finds at once, and reads nothing twice', async () => {
    writeFileSync(join(files, 'sauna.md'), '# Sauna\n\nThe xylothermal sauna opens at seven.\n')
    writeFileSync(join(files, 'plan.pdf'), '%PDF')
    const first = await cli('knowledge add .')
    expect(first.code).toBe(0)
    expect(first.out).toMatch(/^- plan\.pdf {2}not one of/m)
    expect(first.out).toContain('1 taken in, 0 unchanged, 1 skipped')
    const found = await hub.api.call('POST', '/knowledge/search', { query: 'xylothermal' })
    expect(JSON.stringify(found)).toContain('opens at seven')
    expect((await cli('knowledge add sauna.md')).out).toContain('= sauna.md  unchanged')
    expect((await cli('knowledge add plan.pdf')).code).toBe(1)
    expect((await cli('knowledge add https://10.0.0.1/a.md')).said).toContain('not a public address')
  })

  it('lists work that gave up and lets it run again', async () => {
    const row = deadRow('wrk_gave_up', { flowId: 'flw_gone' })
    await hub.hub.store.write((tx) => tx.run(insertWork(row)))
    expect((await cli('work dead')).out).toMatch(/wrk_gave_up {2}flow\.run.*\n {4}the desk was away/)
    const { code, out, said } = await cli('work replay wrk_gave_up wrk_unknown')
    expect({ code, out, said }).toEqual({
      code: 1,
      out: 'wrk_gave_up will run again',
      said: 'There is no dead work wrk_unknown.',
    })
    expect((await cli('work dead')).out).toBe('No work gave up.')
  })

  it('replays an event whose work was lost: the job that it starts happens, once', async () => {
    hub.control.set({ webhooks: { lose: 99 } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toEqual([])
    await hub.hub.store.write((tx) => tx.run(insertEvent(deskNotified('evt_lost', ticket))))
    hub.control.set({ webhooks: { lose: 0 } })
    for (let time = 0; time < 2; time += 1) {
      expect((await cli('events replay evt_lost')).out).toContain('queued for 1 listener')
      await hub.settle()
    }
    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toHaveLength(1)
    expect((await cli('events replay evt_none')).said).toBe('There is no event evt_none.')
  })

  it('exports every table as JSON lines without hashes and configured secrets', async () => {
    await cli('token create --name exporter --scopes read')
    const { out } = await cli('export')
    const lines = out.split('\n').map((line) => JSON.parse(line) as { table: string; row: object })
    expect(new Set(lines.map(({ table }) => table))).toContain('flows')
    const token = lines.find(({ table }) => table === 'api_tokens')
    expect(Object.keys(token?.row ?? {})).toEqual(expect.not.arrayContaining(['hash']))
    const delivery = lines.find(({ table }) => table === 'deliveries')
    expect(delivery?.row).toMatchObject({ body: expect.stringContaining('"email.sent"') })
  })

  it('masks a configured secret wherever it stands', async () => {
    const row = { ...deadRow('wrk_leak', {}), last_error: 'asked with a-token-of-the-configuration' }
    await hub.hub.store.write((tx) => tx.run(insertWork(row)))
    const { out } = await cli('export')
    expect(out).toContain('asked with [secret]')
    expect(out).not.toContain('a-token-of-the-configuration')
  })

  it('exports into a file that only its owner may read', async () => {
    const { code, said } = await cli('export --out all.jsonl')
    expect(code).toBe(0)
    expect(said).toMatch(/^\d+ rows in /)
    expect(statSync(join(files, 'all.jsonl')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(files, 'all.jsonl'), 'utf8').split('\n').length).toBeGreaterThan(100)
  })
})

const insertWork = insertInto('work', [
  ...(['id', 'org', 'kind', 'work_key', 'unique_key', 'payload', 'case_id'] as const),
  ...(['run_at', 'attempts', 'state', 'lease_until', 'leased_key', 'last_error', 'created_at'] as const),
])

function deadRow(id: string, payload: object) {
  return {
    id,
    org: 'default',
    kind: 'flow.run',
    work_key: null,
    unique_key: null,
    payload: JSON.stringify(payload),
    case_id: null,
    run_at: 0,
    attempts: 8,
    state: 'dead',
    lease_until: null,
    leases: 0,
    interruptions: 0,
    leased_key: null,
    last_error: 'the desk was away',
    created_at: Date.now(),
  }
}

const insertEvent = insertInto('events', [
  ...(['id', 'org', 'type', 'source', 'dedupe_key', 'delivery_id', 'case_id'] as const),
  ...(['subject', 'cause', 'depth', 'occurred_at', 'received_at', 'payload'] as const),
])

function deskNotified(id: string, ticketId: string) {
  const ref = `zendesk:${ticketId}`
  return {
    id,
    org: 'default',
    type: 'desk_notified',
    source: 'zendesk',
    dedupe_key: null,
    delivery_id: null,
    case_id: ref,
    subject: ref,
    cause: null,
    depth: 0,
    occurred_at: Date.now(),
    received_at: Date.now(),
    payload: JSON.stringify({ desk: 'zendesk', ticketId, hint: 'ticket.updated' }),
  }
}
