import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseVapiMessage } from '../../../integrations/vapi/parse.ts'
import { verifyVapi } from '../../../integrations/vapi/verify.ts'
import { eventSchemas } from '../../../src/events/schemas.ts'
import type { RawRequest } from '../../../src/ports/index.ts'
import { vendorSpec } from '../../specs.ts'

const SECRET = 'a long random secret'
const BODY = '{"message":{"type":"hang","note":"Zürich ☎"}}'
/**
 * Made by `printf '%s' "1790000000.$BODY" | openssl dgst -sha256 -hmac 'a long random secret'`, and the same with
 * 1790000000000.
 */
const AT = {
  seconds: ['1790000000', '6504558db458aabd20028c75a4e7c5e0768b572233b53025534e99e33249ba9f'],
  milliseconds: ['1790000000000', '6917569e7cf5e204fe638a90aa204588f3c4dce9a8464c4df8092a0606755663'],
} as const
const SIGNED_AT = 1_790_000_000_000

const request = (body: string, headers: RawRequest['headers'] = {}): RawRequest => ({
  method: 'POST',
  url: '/api/v1/webhooks/call_completed',
  headers,
  query: {},
  rawBody: Buffer.from(body),
})
const signed = ([timestamp, signature]: readonly [string, string] = AT.seconds, body = BODY) =>
  request(body, { 'x-timestamp': timestamp, 'x-signature': signature })
const verify = (arrived: RawRequest, afterMs = 0, secret = SECRET) =>
  verifyVapi(arrived, secret, new Date(SIGNED_AT + afterMs))

describe('the proof of a Vapi webhook', () => {
  it.each(['seconds', 'milliseconds'] as const)('is a signature over the body and a time in %s', (unit) => {
    expect(verify(signed(AT[unit]))).toEqual({ ok: true, deliveryId: null })
  })

  it('may carry the name of its algorithm', () => {
    const [timestamp, signature] = AT.seconds
    expect(verify(signed([timestamp, `sha256=${signature}`]))).toMatchObject({ ok: true })
  })

  it.each([
    ['X-Vapi-Secret', { 'x-vapi-secret': SECRET }],
    ['Bearer', { authorization: `Bearer ${SECRET}` }],
    ['bearer', { authorization: `bearer ${SECRET}` }],
  ])('may be the secret itself, as %s', (_case, headers) => {
    expect(verify(request(BODY, headers))).toEqual({ ok: true, deliveryId: null })
  })

  it.each([
    ['a changed byte', signed(AT.seconds, BODY.replace('☎', '☏'))],
    ['another time', signed(['1790000001', AT.seconds[1]])],
    ['a cut signature', signed([AT.seconds[0], AT.seconds[1].slice(0, -2)])],
    ['another secret', request(BODY, { 'x-vapi-secret': 'another' })],
    ['the beginning of the secret', request(BODY, { 'x-vapi-secret': SECRET.slice(0, -1) })],
    ['another token', request(BODY, { authorization: 'Bearer another' })],
    [
      'a wrong signature beside the right secret',
      request(BODY, { 'x-signature': 'ff', 'x-timestamp': AT.seconds[0], 'x-vapi-secret': SECRET }),
    ],
  ])('is refused with %s', (_case, arrived) => {
    expect(verify(arrived)).toEqual({ ok: false, reason: 'wrong_signature' })
  })

  it.each([
    ['nothing', {}],
    ['an empty secret', { 'x-vapi-secret': '' }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Basic ${SECRET}` }],
    ['a signature without a time', { 'x-signature': AT.seconds[1] }],
    ['an empty signature', { 'x-signature': '', 'x-timestamp': AT.seconds[0] }],
  ])('is missing where there is %s', (_case, headers) => {
    expect(verify(request(BODY, headers))).toEqual({ ok: false, reason: 'unsigned' })
  })

  it.each([
    [300_000, true],
    [300_001, 'stale'],
    [-300_000, true],
    [-300_001, 'future'],
  ])('%i ms after it was signed: %s', (afterMs, expected) => {
    const verdict = verify(signed(), afterMs)
    expect(verdict.ok || verdict.reason).toBe(expected)
  })

  it.each(['soon', '', '17900000000000000', '2026-09-21T14:13:20Z'])('with the time %j is stale', (time) => {
    expect(verify(signed([time, AT.seconds[1]]))).toEqual({ ok: false, reason: 'stale' })
  })
})

const samples = JSON.parse(
  readFileSync(new URL('../../fixtures/vapi/server-messages.json', import.meta.url), 'utf8'),
)
const parse = (body: unknown) =>
  parseVapiMessage(request(typeof body === 'string' ? body : JSON.stringify(body)))
const factOf = (message: unknown) => {
  const parsed = parse({ message })
  return parsed.kind === 'events' ? parsed.events[0] : undefined
}
const changed = (message: object, change: object) => ({ ...structuredClone(message), ...change })

describe('a Vapi server message', () => {
  it.each(['report', 'inProgress', 'ended'])('in the fixture %s is one that Vapi describes', async (name) => {
    const spec = await vendorSpec('vapi')
    // Without what was said: every spoken message fits several of the `oneOf` there.
    const { messages: _, ...artifact } = samples[name].artifact ?? {}
    const message = changed(samples[name], { artifact })
    expect(spec.check({ method: 'POST', path: '/server', body: { message } })).toEqual([])
  })

  it('reports the end of a call with all that was said', () => {
    expect(factOf(samples.report)).toEqual({
      source: 'vapi',
      dedupeKey: '0194c4f5-0000-7000-8000-00000000c411:end-of-call-report',
      occurredAt: 1_772_442_100_500,
      event: {
        type: 'call_reported',
        provider: 'vapi',
        call: {
          providerCallId: '0194c4f5-0000-7000-8000-00000000c411',
          key: 'flow-1:call',
          state: 'ended',
          outcome: 'answered',
          endedReason: 'customer-ended-call',
          startedAt: Date.UTC(2026, 2, 2, 9, 0, 5),
          endedAt: Date.UTC(2026, 2, 2, 9, 1, 40),
          durationS: 95,
          turns: [
            { speaker: 'assistant', text: 'Hello, I am an AI and this call is recorded.', atS: 0.8 },
            { speaker: 'customer', text: 'Grüß Gott, ja bitte?', atS: 5.2 },
            { speaker: 'assistant', text: 'Is the 5th fine?', atS: 9 },
          ],
          summary: 'The guest agreed to the 5th.',
          success: true,
          recordingUrl: 'https://files.example/mono.wav',
          costUsd: 0.1432,
        },
      },
    })
  })

  it('makes facts that the hub can store', () => {
    for (const name of ['report', 'inProgress']) {
      const { type: _, ...payload } = factOf(samples[name])?.event ?? { type: '' }
      expect(eventSchemas.call_reported.safeParse(payload).error).toBeUndefined()
    }
  })

  it('tells how far a call is, each step as another fact', () => {
    const states = ['queued', 'ringing', 'in-progress', 'forwarding'].map((status) => {
      const fact = factOf(changed(samples.inProgress, { status }))
      return fact?.event.type === 'call_reported'
        ? [fact.dedupeKey?.split(':').at(-1), fact.event.call.state]
        : []
    })
    expect(states).toEqual([
      ['queued', 'queued'],
      ['ringing', 'ringing'],
      ['in-progress', 'in_progress'],
      ['forwarding', 'in_progress'],
    ])
  })

  it('leaves the end to the report, whichever comes first', () => {
    expect(parse({ message: samples.ended })).toMatchObject({ kind: 'ignored' })
    const late = changed(samples.report, { call: { ...samples.report.call, status: 'in-progress' } })
    expect(factOf(late)?.event).toMatchObject({ call: { state: 'ended', outcome: 'answered' } })
  })

  it('keeps what the call knows where the report itself is silent', () => {
    const { startedAt: _, ...report } = samples.report
    const call = { ...samples.report.call, startedAt: '2026-03-02T09:00:10.000Z' }
    expect(factOf({ ...report, call })?.event).toMatchObject({ call: { durationS: 90 } })
  })

  it.each([
    ['no analysis', { analysis: {} }, { summary: null, success: null }],
    ['a verdict that is no yes', { analysis: { successEvaluation: 'Fair' } }, { success: null }],
    ['a plain no', { analysis: { successEvaluation: ' False ' } }, { success: false }],
    ['no transcript', { artifact: {} }, { turns: [], recordingUrl: null }],
    [
      'a transcript of another kind',
      { artifact: { messages: ['x', null, { role: 'user' }] } },
      { turns: [] },
    ],
    ['a reason nobody knew', { endedReason: 'hangup' }, { outcome: 'unknown', endedReason: 'hangup' }],
    ['times that are none', { startedAt: 'soon', endedAt: null }, { startedAt: null, durationS: 0 }],
    [
      'nobody who answered',
      { endedReason: 'customer-did-not-answer' },
      { outcome: 'no_answer', durationS: 0 },
    ],
    ['a cost that is none', { cost: 'much' }, { costUsd: null }],
  ])('with %s is read all the same', (_case, change, expected) => {
    const call = { id: samples.report.call.id }
    expect(factOf({ ...changed(samples.report, change), call })?.event).toMatchObject({ call: expected })
  })

  it.each(['hang', 'transcript', 'tool-calls', 'assistant-request', 'invented-later', 'toString'])(
    'of type %s is kept and followed by nothing',
    (type) => {
      expect(parse({ message: { type } })).toMatchObject({ kind: 'ignored' })
    },
  )

  it.each(['invented', 'toString'])('with the status %s is kept and followed by nothing', (status) => {
    expect(parse({ message: changed(samples.inProgress, { status }) })).toMatchObject({ kind: 'ignored' })
  })

  it.each([
    ['no JSON', '{"message":'],
    ['null', 'null'],
    ['no message', '{"type":"hang"}'],
    ['no type', '{"message":{}}'],
    ['a report without a call', JSON.stringify({ message: { type: 'end-of-call-report' } })],
    ['a status without a call', JSON.stringify({ message: { type: 'status-update', status: 'ringing' } })],
    ['a call without an id', JSON.stringify({ message: { type: 'end-of-call-report', call: {} } })],
  ])('with %s is malformed', (_case, body) => {
    expect(parse(body)).toMatchObject({ kind: 'malformed' })
  })
})
