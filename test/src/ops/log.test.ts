import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VendorError } from '../../../src/ops/errors.ts'
import { createLog, type LogSettings, logOfCase } from '../../../src/ops/log.ts'

function logInto(settings: Partial<LogSettings> = {}) {
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  return { lines, log: createLog({ level: 'info', format: 'json', ...settings }, stream) }
}

const SECRET = 'k9-"quoted"\\and/slashed+key='

describe('a secret that is configured', () => {
  type Leak = (log: ReturnType<typeof logInto>['log'], secret: string) => void
  const leaks: [string, Leak][] = [
    ['the message', (log, secret) => log.info(`trying with ${secret} now`)],
    ['a field', (log, secret) => log.info({ note: `x${secret}y` }, 'hello')],
    ['a list deep inside', (log, secret) => log.info({ a: [{ b: { c: [secret] } }] }, 'hello')],
    ['a key', (log, secret) => log.info({ [secret]: 1 }, 'hello')],
    ['an address', (log, secret) => log.info({ url: `https://x.example/?q=${encodeURIComponent(secret)}` })],
    ['an error', (log, secret) => log.error({ err: new Error(`refused ${secret}`) })],
    ['an error’s cause', (log, secret) => log.error({ err: new Error('a', { cause: new Error(secret) }) })],
    [
      'an error’s own fields',
      (log, secret) => log.error({ err: Object.assign(new Error('a'), { request: { secret } }) }),
    ],
    ['a child log', (log, secret) => log.child({ from: secret }).info('hello')],
    ['a value for the message', (log, secret) => log.info('trying with %s', secret)],
  ]

  it.each(leaks)('does not show in %s', (_, leak) => {
    for (const format of ['json', 'pretty'] as const) {
      const { lines, log } = logInto({ secrets: [SECRET], format })
      leak(log, SECRET)
      expect(lines.join()).toContain('[secret]')
      expect(lines.join()).not.toContain(SECRET)
      expect(lines.join()).not.toContain(JSON.stringify(SECRET).slice(1, -1))
      expect(lines.join()).not.toContain(encodeURIComponent(SECRET))
    }
  })

  it('shows nowhere, whatever it looks like', () => {
    const anySecret = fc.string({ unit: 'grapheme', minLength: 12, maxLength: 40 })
    fc.assert(
      fc.property(anySecret, fc.constantFrom(...leaks), (secret, [, leak]) => {
        const { lines, log } = logInto({ secrets: [secret] })
        leak(log, secret)
        expect(lines.join()).not.toContain(JSON.stringify(secret).slice(1, -1))
      }),
    )
  })
})

describe('a value under a name that tells a secret', () => {
  it.each([
    'authorization',
    'Cookie',
    'set-cookie',
    'x-zendesk-webhook-signature',
    'SLACK_BOT_TOKEN',
    'apiKey',
    'api_key',
    'clientSecret',
    'password',
  ])('does not show: %s', (name) => {
    const { lines, log } = logInto()
    log.info({ request: { headers: { [name]: ['opensesame'] }, again: { [name]: { deep: 'opensesame' } } } })
    expect(lines.join()).not.toContain('opensesame')
  })

  it('but a count of tokens does', () => {
    const { lines, log } = logInto()
    log.info({ tokens: { input: 120, output: 30 } })
    expect(JSON.parse(lines.join())).toMatchObject({ tokens: { input: 120, output: 30 } })
  })
})

describe('text from outside', () => {
  it.each([
    ['a bearer token', 'sent "Bearer abc.def-123"', 'abc.def-123'],
    ['credentials in an address', 'GET https://joe:pass@host.example/x', 'pass'],
    ['a token in a query', 'GET /cb?state=1&access_token=qwertz', 'qwertz'],
    ['an e-mail address', 'reply from Anna <anna.k+trip@mail.example.com>', 'anna'],
    ['an e-mail address of another script', 'reply from дарья@пример.рф', 'дарья'],
    ['a phone number', 'call me: +49 (170) 123-45 67!', '123'],
  ])('hides %s', (_, text, hidden) => {
    const { lines, log } = logInto()
    log.info({ text }, text)
    expect(lines.join()).not.toContain(hidden)
  })

  it.each([
    'flw_01jb2zq8v5k3m9n7p4r6s8t0wx took 1234567890123 ms',
    'zendesk:4711 → open, 3 + 4 tickets',
    'https://host.example:8080/path?limit=20&cursor=abc',
    '2026-03-02T09:00:00+05:30',
  ])('keeps what is harmless: %s', (text) => {
    const { lines, log } = logInto()
    log.info(text)
    expect(JSON.parse(lines.join()).msg).toBe(text)
  })
})

it('names the case in every line of a case', () => {
  const { lines, log } = logInto()
  const ofCase = logOfCase(log, 'flw_1')
  ofCase.info('mail sent')
  ofCase.child({ step: 3 }).warn('no reply')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'info', time: expect.any(String), caseId: 'flw_1', msg: 'mail sent' },
    { level: 'warn', time: expect.any(String), caseId: 'flw_1', step: 3, msg: 'no reply' },
  ])
})

it('keeps what a vendor’s error says for the person who must act', () => {
  const { lines, log } = logInto()
  const hint = 'The token has expired: make a new one'
  log.error({ err: new VendorError({ code: 'vendor_auth', vendor: 'acme', retry: { when: 'never' }, hint }) })
  expect(JSON.parse(lines.join()).err).toMatchObject({ code: 'vendor_auth', vendor: 'acme', hint })
})
