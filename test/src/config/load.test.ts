import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type Environment, loadConfig, readEnvironment } from '../../../src/config/index.ts'
import { ConfigError } from '../../../src/ops/errors.ts'
import { defineIntegration, type Integration, secret } from '../../../src/ports/index.ts'

const unused = () => Promise.reject(new Error('no test builds a port'))

const desk = defineIntegration({
  name: 'acme',
  title: 'Acme Desk',
  config: z.object({
    ACME_SITE: z.string().describe('What stands before .acme.example'),
    ACME_TOKEN: secret().optional().describe('An access token'),
    ACME_CLIENT: z.string().optional().describe('A client'),
    ACME_CLIENT_SECRET: secret().optional().describe('Its secret'),
    ACME_URL: z.url().default('https://acme.example').describe('Where Acme is'),
  }),
  variants: [
    ['ACME_SITE', 'ACME_TOKEN'],
    ['ACME_SITE', 'ACME_CLIENT', 'ACME_CLIENT_SECRET'],
  ],
  ports: { desk: unused },
})
const mailer = (name: string): Integration => ({
  name,
  title: name,
  config: z.object({ [`${name.toUpperCase()}_KEY`]: secret().describe('Its key') }),
  variants: [[`${name.toUpperCase()}_KEY`]],
  ports: { mailer: unused },
})
const index = defineIntegration({
  name: 'shelf',
  title: 'Shelf',
  config: z.object({ SHELF_URL: z.url().describe('Where the index is') }),
  variants: [['SHELF_URL']],
  ports: { index: unused },
})
const integrations: Integration[] = [desk, mailer('postino'), mailer('swift'), index]

const load = (env: Environment) => loadConfig(env, integrations)

function mistakesOf(env: Environment): string[] {
  try {
    load(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'switchboard-config-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

describe('with nothing set', () => {
  it('is the sandbox, on loopback, with the defaults that are documented', () => {
    expect(load({})).toMatchObject({
      sandbox: true,
      server: { port: 3000, host: '127.0.0.1', publicUrl: 'http://localhost:3000' },
      store: { dataDir: './data', databaseUrl: null, redisUrl: null, role: 'all' },
      contacts: { approve: 'first', quietHours: { from: 21 * 60, to: 8 * 60 }, dailyCap: 3 },
      waiting: { replyReminderMs: 24 * 3_600_000, replyGiveUpMs: 72 * 3_600_000 },
      calls: { schedulerIntervalMs: 30_000, maxPollMs: 1_800_000, maxRetries: 3, backoffMultiplier: 2 },
      escalations: { pagingMs: [300_000, 900_000, 1_800_000] },
      wallet: { lowThreshold: null },
      integrations: {},
      warnings: [],
    })
  })

  it('takes blank for absent', () => {
    expect(load({ PORT: '', QUIET_HOURS: '  ', ACME_SITE: '' })).toEqual(load({}))
  })

  it('logs for people on a terminal and for machines elsewhere', () => {
    expect(loadConfig({}, [], { terminal: true }).logging.format).toBe('pretty')
    expect(loadConfig({}, [], { terminal: false }).logging.format).toBe('json')
    expect(loadConfig({ LOG_FORMAT: 'json' }, [], { terminal: true }).logging.format).toBe('json')
  })
})

describe('an integration', () => {
  it.each<[string, Environment]>([
    ['its first way to sign in', { ACME_SITE: 'a', ACME_TOKEN: 't' }],
    ['its other way to sign in', { ACME_SITE: 'a', ACME_CLIENT: 'c', ACME_CLIENT_SECRET: 's' }],
  ])('is on with %s, and the hub is no sandbox then', (_, env) => {
    const config = load(env)
    expect(config.integrations).toEqual({ acme: { ...env, ACME_URL: 'https://acme.example' } })
    expect(config).toMatchObject({ sandbox: false, server: { host: '0.0.0.0' }, roles: { everybody: false } })
  })

  it('that reaches nobody leaves the sandbox as it is', () => {
    expect(load({ SHELF_URL: 'http://shelf' })).toMatchObject({
      sandbox: true,
      integrations: { shelf: { SHELF_URL: 'http://shelf' } },
    })
  })

  it('is off, with a word about it, when only what is optional is set', () => {
    const config = load({ ACME_URL: 'http://acme.test' })
    expect(config.integrations).toEqual({})
    expect(config.warnings).toEqual([expect.stringMatching(/^ACME_URL: no effect, since Acme Desk is off/)])
  })

  it('that stands in for a vendor keeps the sandbox', () => {
    const env = { ACME_SITE: 'a', ACME_TOKEN: 't' }
    expect(loadConfig(env, integrations, { sandbox: true })).toMatchObject({
      sandbox: true,
      integrations: { acme: env },
    })
  })
})

describe('the mail provider', () => {
  const from = { EMAIL_FROM: 'Hotel Aurora <help@aurora.example>' }

  it('is the only one configured, and replies go to the sender unless told otherwise', () => {
    expect(load({ POSTINO_KEY: 'k', ...from }).email).toEqual({
      provider: 'postino',
      from: { name: 'Hotel Aurora', email: 'help@aurora.example' },
      replyTo: 'help@aurora.example',
    })
  })

  it('is the one named where two are configured', () => {
    const both = { POSTINO_KEY: 'k', SWIFT_KEY: 'k', ...from }
    expect(load({ ...both, EMAIL_PROVIDER: 'swift' }).email.provider).toBe('swift')
    expect(mistakesOf(both)).toEqual([
      'EMAIL_PROVIDER is missing: postino and swift are both configured; name the one to use',
    ])
  })
})

describe('a mistake', () => {
  it.each<[Environment, RegExp]>([
    [{ PORT: 'http' }, /^PORT is "http": it must be a whole number from 0 to 65535/],
    [{ PORT: '70000' }, /^PORT is "70000"/],
    [{ PORT: '1e3' }, /^PORT is "1e3"/],
    [{ PUBLIC_URL: 'hub.example' }, /^PUBLIC_URL is "hub.example": .*https?:\/\//],
    [{ ROLE: 'boss' }, /^ROLE is "boss": it must be one of all, web, worker/],
    [{ ROLE: 'worker' }, /^ROLE is "worker", but .* set DATABASE_URL/],
    [{ APPROVE_CONTACTS: 'sometimes' }, /it must be one of never, first, always/],
    [{ QUIET_HOURS: '21-8' }, /two times of day, like 21:00-08:00/],
    [{ QUIET_HOURS: '24:00-08:00' }, /two times of day/],
    [{ QUIET_HOURS: '08:00-08:00' }, /two times of day/],
    [{ CONTACT_DAILY_CAP: '0' }, /^CONTACT_DAILY_CAP is "0": .* at least 1/],
    [{ REPLY_REMINDER_AFTER: '24' }, /a number with a unit/],
    [{ REPLY_REMINDER_AFTER: '80h' }, /^REPLY_REMINDER_AFTER is not before REPLY_GIVE_UP_AFTER/],
    [{ ESCALATION_PAGING: '5m,soon' }, /durations with commas between/],
    [{ CALL_RETRY_BACKOFF_MULTIPLIER: '0.5' }, /at least 1/],
    [{ DEFAULT_COUNTRY: 'Germany' }, /two capital letters/],
    [{ ROLES_ADMIN: 'slack:U123,bob' }, /members with commas between/],
    [{ EMAIL_FROM: 'Hotel <nowhere>' }, /e-mail address/],
    [{ EMAIL_PROVIDER: 'pigeon' }, /^EMAIL_PROVIDER is "pigeon": it must be one of postino, swift/],
    [{ EMAIL_PROVIDER: 'swift' }, /^EMAIL_PROVIDER is "swift", but swift is not configured/],
    [{ POSTINO_KEY: 'k' }, /^EMAIL_FROM is missing: mail through postino needs it/],
    [
      { ACME_SITE: 'a' },
      /^Acme Desk is half configured: also set ACME_TOKEN, or ACME_CLIENT and ACME_CLIENT_SECRET$/,
    ],
    [{ ACME_TOKEN: 't' }, /^Acme Desk is half configured: also set ACME_SITE$/],
    [
      { ACME_SITE: 'a', ACME_TOKEN: 't', ACME_URL: 'nope' },
      /^ACME_URL is "nope": Invalid URL \(Where Acme is\)$/,
    ],
    [{ API_TOKEN_FILE: '/does/not/exist' }, /^API_TOKEN_FILE cannot be read/],
    [{ API_TOKEN: 'x'.repeat(32), API_TOKEN_FILE: '/f' }, /^API_TOKEN and API_TOKEN_FILE are both set/],
  ])('in %o is one clear line', (env, line) => {
    expect(mistakesOf(env)).toEqual([expect.stringMatching(line)])
  })

  it('does not hide the others', () => {
    expect(
      mistakesOf({ PORT: 'x', ACME_SITE: 'a', QUIET_HOURS: 'never', CALL_CONCURRENCY: '-1' }),
    ).toHaveLength(4)
  })

  it('never shows a secret', () => {
    const noBlanks = fc.string({ minLength: 8, maxLength: 15 }).filter((text) => /^\S{8,}$/.test(text))
    fc.assert(
      fc.property(noBlanks, (value) => {
        const env = {
          SECRET_KEY: value,
          API_TOKEN: value,
          DATABASE_URL: `${value}`,
          ACME_CLIENT_SECRET: value,
        }
        const mistakes = mistakesOf(env)
        expect(mistakes).toHaveLength(4)
        // A mistake's own words may happen to hold it.
        const words = mistakesOf({
          SECRET_KEY: '~',
          API_TOKEN: '~',
          DATABASE_URL: '~',
          ACME_CLIENT_SECRET: '~',
        })
        if (!words.join().includes(value)) expect(mistakes.join()).not.toContain(value)
      }),
    )
  })
})

describe('where values come from', () => {
  it('reads a secret from the file that NAME_FILE names, without its line end', () => {
    const file = join(folder(), 'token')
    writeFileSync(file, `${'t'.repeat(20)}\r\n`)
    const config = load({ API_TOKEN_FILE: file })
    expect(config.secrets.apiToken).toBe('t'.repeat(20))
    expect(config.secretValues).toContain('t'.repeat(20))
  })

  it('reads .env, but the real environment wins, blank included', () => {
    const at = folder()
    writeFileSync(join(at, '.env'), 'PORT=4000\nHOST=10.0.0.1\nROLE="all"\n')
    const env = readEnvironment(at, { PORT: '5000', HOST: '' })
    expect(load(env)).toMatchObject({ server: { port: 5000, host: '127.0.0.1' } })
  })

  it('does without .env', () => {
    expect(readEnvironment(folder(), { PORT: '5000' })).toEqual({ PORT: '5000' })
  })

  it('counts the password in a connection address among the secrets', () => {
    const config = load({ DATABASE_URL: 'postgres://hub:p%40ss-word@db/hub' })
    expect(config.secretValues).toEqual(['postgres://hub:p%40ss-word@db/hub', 'p@ss-word'])
  })
})

describe('a name that the hub does not know', () => {
  it.each<[string, string[]]>([
    ['SWITCHBOARD_PORT', ['SWITCHBOARD_PORT is not known: did you mean PORT?']],
    ['SWITCHBOARD_MAGIC', ['SWITCHBOARD_MAGIC is not known']],
    ['ACME_TOKNE', ['ACME_TOKNE is not known: did you mean ACME_TOKEN?']],
    ['ACME_ENTIRELY_ELSE', []],
    ['HOSTS', []],
    ['API_TOKEN_FILE', []],
  ])('%s', (name, warnings) => {
    const file = join(folder(), 'value')
    writeFileSync(file, 'v'.repeat(20))
    expect(load({ [name]: file }).warnings).toEqual(warnings)
  })
})
