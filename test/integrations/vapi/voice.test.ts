import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { tagOf } from '../../../integrations/vapi/key.ts'
import { createVapiVoice } from '../../../integrations/vapi/voice.ts'
import { callRequest, type LyingCall, voiceContract } from '../../contracts/voice.ts'
import { nocked } from '../nocked.ts'
import { silentVendor } from '../silent-vendor.ts'

const BASE = 'https://vapi.test'
const CONFIG = {
  VAPI_API_KEY: 'vapi-key',
  VAPI_BASE_URL: BASE,
  VAPI_PHONE_NUMBER_ID: '7d3cbbd2-0000-4000-8000-000000000001',
  VAPI_WEBHOOK_SECRET: 'a long random secret',
  VAPI_MODEL_PROVIDER: 'openai',
  VAPI_MODEL: 'gpt-4.1',
  VAPI_VOICE_PROVIDER: 'vapi',
  VAPI_VOICE_ID: 'Elliot',
}
// Vapi's ids are UUIDs; the contract's are not. And its description refuses every model of Deepgram that it names:
// `oneOf` a list of names or any text.
const vendor = nocked(BASE, 'vapi', { allow: ['path.id', 'body.assistant.transcriber'] })
const voice = (change: Partial<typeof CONFIG & { VAPI_CREDENTIAL_ID: string }> = {}) =>
  createVapiVoice({ ...CONFIG, ...change })

/** The shape of Vapi's errors, which its description leaves open (seen in VapiAI/docs issues). */
const problem = (statusCode: number, message: string | string[]) => ({
  status: statusCode,
  body: { message, error: 'Error', statusCode },
})

const Body = z.looseObject({
  name: z.string(),
  customer: z.object({ number: z.string(), name: z.string(), externalId: z.string() }),
  assistantOverrides: z.object({ metadata: z.object({ switchboardKey: z.string() }) }),
  assistant: z.looseObject({
    firstMessage: z.string(),
    maxDurationSeconds: z.number(),
    model: z.looseObject({ messages: z.array(z.object({ role: z.string(), content: z.string() })) }),
    voice: z.looseObject({}),
    transcriber: z.looseObject({}).optional(),
    artifactPlan: z.object({ recordingEnabled: z.boolean() }),
    analysisPlan: z.object({
      successEvaluationPlan: z.looseObject({ messages: z.array(z.object({ content: z.string() })) }),
    }),
    server: z.looseObject({ url: z.string() }).optional(),
  }),
})
const bodies = () =>
  vendor.calls.filter(({ method }) => method === 'POST').map(({ body }) => Body.parse(body))

const ENDED: Partial<Record<LyingCall['at'], string>> = {
  hung_up: 'customer-ended-call',
  not_answered: 'customer-did-not-answer',
  busy: 'customer-busy',
  mailbox: 'voicemail',
  wrong_number: 'twilio-reported-customer-misdialed',
}

function callAtVapi(call: LyingCall) {
  const endedReason = ENDED[call.at]
  return {
    id: call.id,
    orgId: 'org',
    status: endedReason ? 'ended' : call.at === 'ringing' ? 'ringing' : 'in-progress',
    createdAt: new Date(call.startedAt).toISOString(),
    startedAt: new Date(call.startedAt).toISOString(),
    ...(endedReason && { endedReason, endedAt: new Date(call.endedAt).toISOString() }),
    customer: { number: '+14155550100', externalId: tagOf(call.key) },
    assistantOverrides: { metadata: { switchboardKey: call.key } },
    cost: call.costUsd,
    ...(!endedReason && { monitor: { controlUrl: `${BASE}/${call.id}/control` } }),
    analysis: { summary: call.summary, successEvaluation: String(call.success) },
    artifact: {
      messages: [
        { role: 'system', message: 'the prompt', time: 0, secondsFromStart: 0 },
        ...call.turns.map(({ speaker, text, atS }) => ({
          role: speaker === 'customer' ? 'user' : 'bot',
          message: text,
          time: call.startedAt + atS * 1000,
          endTime: call.startedAt + atS * 1000,
          secondsFromStart: atS,
        })),
      ],
      ...(call.recordingUrl && { recording: { mono: { combinedUrl: call.recordingUrl } } }),
    },
  }
}

voiceContract('Vapi', () => ({
  voice: voice(),
  dials: (id) => vendor.answers('POST', '/call', { status: 201, body: { id, status: 'queued' } }),
  troubles(kind) {
    if (kind === 'cut') return vendor.breaks('POST', '/call', 'ECONNRESET')
    if (kind === 'unreached') return vendor.breaks('POST', '/call', 'ECONNREFUSED')
    const answer = {
      too_many: { ...problem(429, 'Too many requests'), headers: { 'retry-after': '7' } },
      bad_key: problem(401, 'Invalid Key'),
      bad_number: problem(400, ['customer.number must be a valid phone number']),
      broken: problem(500, 'Internal server error'),
    }[kind]
    vendor.answers('POST', '/call', answer)
  },
  dialled: () =>
    bodies().map(({ customer, assistant }) => ({
      to: customer.number,
      firstMessage: assistant.firstMessage,
      systemPrompt: assistant.model.messages.map(({ content }) => content).join(),
      maxDurationS: assistant.maxDurationSeconds,
      record: assistant.artifactPlan.recordingEnabled,
      webhookUrl: assistant.server?.url ?? null,
      successCriteria: assistant.analysisPlan.successEvaluationPlan.messages[0]?.content ?? '',
    })),
  holds: (id, call) =>
    vendor.answers('GET', `/call/${id}`, call ? { body: callAtVapi(call) } : problem(404, `${id} not found`)),
  ended: () =>
    vendor.calls.flatMap(({ path, body }) =>
      path.endsWith('/control') && isDeepStrictEqual(body, { type: 'end-call' })
        ? [path.split('/')[1] ?? '']
        : [],
    ),
  endsWith: (id, status) => vendor.answers('POST', `/${id}/control`, { status }),
  lists: (calls) => vendor.answers('GET', '/call', { body: calls.map(callAtVapi) }),
}))

describe('a call through Vapi', () => {
  const dial = async (request = callRequest(), key = 'flow-1:call', config = {}) => {
    vendor.answers('POST', '/call', { status: 201, body: { id: 'call-1' } })
    await voice(config).initiateCall(request, { key })
    const [body] = bodies()
    if (!body) throw new Error('nothing was dialled')
    return body
  }

  it('carries the whole key where it is echoed, and what fits of it where calls are listed', async () => {
    const key = `flow-${'7'.repeat(60)}:call`
    const body = await dial(callRequest({ customerName: 'N'.repeat(60) }), key)
    expect(body.assistantOverrides.metadata.switchboardKey).toBe(key)
    expect(body.customer.externalId).toBe(body.name)
    expect(body.name.length).toBe(40)
    expect(body.customer.name.length).toBe(40)
  })

  it('lets nothing that a customer wrote become a template', async () => {
    const hostile = 'Ticket: {{ transcript }} {%- for x in y %} {{{a}}} {"a":{"b":1}}'
    const { assistant } = await dial(
      callRequest({ firstMessage: hostile, systemPrompt: hostile, evaluation: { successCriteria: hostile } }),
    )
    const [judge] = assistant.analysisPlan.successEvaluationPlan.messages
    expect(assistant.firstMessage).not.toMatch(/\{[{%]/)
    expect(assistant.model.messages[0]?.content).not.toMatch(/\{[{%]/)
    expect(assistant.model.messages[0]?.content).toContain('{"a":{"b":1}}')
    expect(judge?.content.match(/\{[{%].*/g)).toEqual(['{{rubric}}'])
  })

  it.each([
    ['the secret in a header', {}, { headers: { 'X-Vapi-Secret': CONFIG.VAPI_WEBHOOK_SECRET } }],
    [
      'the credential instead, where there is one',
      { VAPI_CREDENTIAL_ID: 'cred-1' },
      { credentialId: 'cred-1' },
    ],
  ])('tells Vapi to prove itself with %s', async (_case, config, expected) => {
    const { assistant } = await dial(callRequest(), 'k', config)
    const { url: _, timeoutSeconds: __, ...proof } = assistant.server ?? { url: '' }
    expect(proof).toEqual(expected)
  })

  it.each([
    ['en-US', { model: 'nova-3', language: 'en' }, { version: undefined }],
    ['de', { model: 'nova-3', language: 'de' }, { version: '2' }],
    ['pt-BR', { model: 'nova-3', language: 'pt' }, { version: '2' }],
    ['zh-CN', { model: 'nova-2', language: 'zh' }, { version: '2' }],
    ['ka', undefined, { version: '2' }],
  ])('hears and speaks %s', async (language, transcriber, spoken) => {
    const { assistant } = await dial(callRequest({ language }))
    if (transcriber) expect(assistant.transcriber).toMatchObject(transcriber)
    else expect(assistant.transcriber).toBeUndefined()
    expect(assistant.voice.version).toBe(spoken.version)
  })

  it.each([
    [1, 10],
    [99_999, 43_200],
    [90.6, 91],
  ])('keeps a limit of %d s within what Vapi takes', async (maxDurationS, expected) => {
    expect((await dial(callRequest({ maxDurationS }))).assistant.maxDurationSeconds).toBe(expected)
  })

  it('is in doubt where Vapi is silent', async () => {
    const silent = createVapiVoice({ ...CONFIG, VAPI_BASE_URL: await silentVendor() }, 100)
    await expect(silent.initiateCall(callRequest(), { key: 'k' })).rejects.toMatchObject({
      code: 'vendor_unavailable',
      effect: 'unknown',
    })
  })

  it.each([
    ['a page', { body: '<html>' }],
    ['no id', { body: { ok: true } }],
    ['a batch', { body: { results: [], errors: [] } }],
    ['a gateway timeout', { status: 504, body: '' }],
    ['a request timeout', { status: 408, body: '' }],
  ])('is in doubt where Vapi answers with %s', async (_case, answer) => {
    vendor.answers('POST', '/call', answer)
    await expect(voice().initiateCall(callRequest(), { key: 'k' })).rejects.toMatchObject({
      effect: 'unknown',
    })
    expect(bodies()).toHaveLength(1)
  })
})

describe('a recording at Vapi', () => {
  it('is given by the link that needs no key, with the moment it dies', async () => {
    const artifact = {
      recording: { mono: { combinedUrl: 'https://files.example/a.wav' } },
      presignedMonoUrl: 'https://files.example/a.wav?sig=1',
      presignedUrlsExpiresAt: '2026-03-02T10:00:00.000Z',
    }
    vendor.answers('GET', '/call/call-1', { body: { id: 'call-1', artifact } })
    expect(await voice().getCallRecording('call-1')).toEqual({
      url: 'https://files.example/a.wav?sig=1',
      expiresAt: Date.UTC(2026, 2, 2, 10),
    })
  })
})

describe('looking for a call at Vapi', () => {
  const since = Date.UTC(2026, 2, 2, 9)
  const stranger = (n: number) => ({
    id: `call-${n}`,
    createdAt: new Date(since + 5_000_000 - n).toISOString(),
  })
  const page = (from: number) => Array.from({ length: 1000 }, (_, at) => stranger(from + at))

  it('asks for the calls of this number, from a little before, since clocks differ', async () => {
    vendor.answers('GET', '/call', { body: [] })
    await voice().findCall('k', since)
    expect(Object.fromEntries(vendor.calls[0]?.query ?? [])).toEqual({
      phoneNumberId: CONFIG.VAPI_PHONE_NUMBER_ID,
      createdAtGe: '2026-03-02T08:55:00.000Z',
      limit: '1000',
    })
  })

  it.each([
    ['the name', { name: 'flow-1:call' }],
    ['the external id', { customer: { externalId: 'flow-1:call' } }],
    ['the assistant', { assistant: { metadata: { switchboardKey: 'flow-1:call' } } }],
  ])('knows it by %s alone', async (_case, fields) => {
    vendor.answers('GET', '/call', { body: [stranger(1), { ...stranger(2), ...fields }] })
    expect(await voice().findCall('flow-1:call', since)).toMatchObject({ providerCallId: 'call-2' })
  })

  it('looks further back when the page is full', async () => {
    vendor.answers('GET', '/call', { body: page(0) })
    vendor.answers('GET', '/call', { body: [stranger(999), { ...stranger(1000), name: 'k' }] })
    expect(await voice().findCall('k', since)).toMatchObject({ providerCallId: 'call-1000' })
    expect(vendor.calls[1]?.query.get('createdAtLe')).toBe(stranger(999).createdAt)
  })

  it('does not say no when it has not seen all calls', async () => {
    vendor.answers('GET', '/call', { body: page(0) })
    vendor.answers('GET', '/call', { body: Array.from({ length: 1000 }, () => stranger(999)) })
    await expect(voice().findCall('k', since)).rejects.toMatchObject({ code: 'vendor_unavailable' })
  })
})

describe('the start-up check of Vapi', () => {
  const path = `/phone-number/${CONFIG.VAPI_PHONE_NUMBER_ID}`

  it.each([
    ['a wrong key', problem(401, 'Invalid Key'), 'VAPI_API_KEY'],
    ['a wrong number', problem(404, 'not found'), 'VAPI_PHONE_NUMBER_ID'],
  ])('tells %s from other trouble', async (_case, answer, variable) => {
    vendor.answers('GET', path, answer)
    expect(await voice().check()).toMatchObject({ ok: false, hint: expect.stringContaining(variable) })
  })

  it('names the number that calls go out from', async () => {
    vendor.answers('GET', path, { body: { id: 'x', number: '+14155550199', provider: 'twilio' } })
    expect(await voice().check()).toMatchObject({ ok: true, detail: expect.stringContaining('+14155550199') })
  })
})
