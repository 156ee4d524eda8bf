import { VapiClient } from '@vapi-ai/server-sdk'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Agenda, createAgenda } from '../../../src/sandbox/agenda.ts'
import type { StandIn } from '../../../src/sandbox/standin.ts'
import { signVapi, startVapiStandIn, VAPI } from '../../../src/sandbox/vapi.ts'
import { createWebhooks, type Webhooks } from '../../../src/sandbox/webhooks.ts'
import { addPerson, type CallMood, emptyWorld, type World } from '../../../src/sandbox/world.ts'
import { expectDescribed, vendorSpec } from '../../specs.ts'
import { stoppedClock } from './clock.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const PHONE = '+4915123456789'
const clock = stoppedClock('2026-03-02T09:00:00Z')
let world: World
let hub: Receiver
let webhooks: Webhooks
let agenda: Agenda
let vapi: StandIn
let client: VapiClient

beforeEach(async () => {
  world = emptyWorld(clock.now())
  hub = await startReceiver()
  webhooks = createWebhooks({ world, clock, changed: () => {} })
  agenda = createAgenda(world, clock, () => {})
  let ids = 0
  vapi = await startVapiStandIn({
    world,
    clock,
    agenda,
    webhooks,
    changed: () => {},
    uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    hubUrl: hub.url,
  })
  client = new VapiClient({ token: VAPI.apiKey, baseUrl: vapi.url, maxRetries: 0 })
})
afterEach(async () => {
  agenda.close()
  webhooks.close()
  await Promise.all([vapi.close(), hub.close()])
})

const SYSTEM_PROMPT = `You are the assistant. Facts stand in <facts>.

<customer>
{"name":"Anna Weber","language":"de","tone":[]}
</customer>

<ticket>
{"ticket":"zendesk:1","subject":"Familienzimmer","wishes":["Zimmer für drei"],"friction":["Rechnung war falsch"],"open_questions":[]}
</ticket>

<facts>
[{"source":"c1","title":"Family suite","text":"# Family suite\\nIt sleeps four. It costs EUR 189 per night in low season."}]
</facts>
`

function request(fields: { number?: string; server?: string; record?: boolean } = {}) {
  return {
    name: 'call-1',
    phoneNumberId: VAPI.phoneNumberId,
    customer: { number: fields.number ?? PHONE, name: 'Anna Weber', externalId: 'key-1' },
    assistant: {
      firstMessage: 'Guten Tag, hier ist die KI-Assistenz von Lumen Hotels. Das Gespräch wird aufgezeichnet.',
      model: {
        provider: 'openai' as const,
        model: 'gpt-4o' as const,
        messages: [{ role: 'system' as const, content: SYSTEM_PROMPT }],
      },
      artifactPlan: { recordingEnabled: fields.record ?? true },
      maxDurationSeconds: 600,
    },
  }
}

async function dial(fields: Parameters<typeof request>[0] = {}): Promise<string> {
  const call = await client.calls.create(request(fields))
  if (!('id' in call)) throw new Error('one call was asked for')
  return call.id
}

/** Lets the call run to its end and every webhook arrive. */
async function runCall() {
  for (let step = 0; step < 4; step += 1) {
    clock.advance(5_000)
    await webhooks.idle()
  }
}

function mood(call: CallMood) {
  addPerson(world, { name: 'Anna Weber', phone: PHONE, call, createdAt: clock.now() })
}

function messages(): Record<string, unknown>[] {
  return hub.got.map(({ rawBody }) => JSON.parse(rawBody.toString('utf8')).message)
}

/** The description asks that each line be exactly one of two schemas between which `role`, a free string, decides. */
function withoutSpokenLines(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body, (key, value) => (key === 'artifact' ? { ...value, messages: [] } : value)),
  )
}

it('signs as Vapi does by default', () => {
  // printf '%s' '1700000000000.{"message":{"text":"Grüße"}}' | openssl dgst -sha256 -hmac vapi-secret
  expect(signVapi('vapi-secret', '{"message":{"text":"Grüße"}}', 1_700_000_000_000)).toEqual({
    'x-timestamp': '1700000000000',
    'x-signature': '315e085638c2e5446ac56cea2c1eebb78e4dc4b5e495b810fdbe6843ae381f59',
  })
})

it('calls somebody who agrees, in their language and with facts from the assistant’s instructions', async () => {
  const id = await dial()
  await runCall()

  const call = await client.calls.get({ id })
  expect(call).toMatchObject({ status: 'ended', endedReason: 'assistant-ended-call', name: 'call-1' })
  expect(call.analysis?.successEvaluation).toBe('true')
  const said = call.artifact?.transcript ?? ''
  expect(said).toContain('It costs EUR 189 per night in low season.')
  expect(said).toContain('Ja, das ist richtig')
  expect(said.indexOf('KI-Assistenz')).toBeLessThan(said.indexOf('User:'))
  const seconds = (Date.parse(String(call.endedAt)) - Date.parse(String(call.startedAt))) / 1000
  expect(seconds).toBeGreaterThan(15)
})

it('reports every state and the end once, in the shape that Vapi describes', async () => {
  await dial()
  await runCall()
  const told = messages().map(({ type, status }) => [type, status ?? null].join(' ').trim())
  expect(told.toSorted()).toEqual([
    'end-of-call-report',
    'status-update ended',
    'status-update in-progress',
    'status-update queued',
    'status-update ringing',
  ])
  for (const message of messages()) {
    const body = withoutSpokenLines({ message })
    await expectDescribed('vapi', { method: 'POST', path: '/server', body })
  }
})

it('answers with calls as Vapi describes them', async () => {
  const id = await dial()
  await runCall()
  const spec = await vendorSpec('vapi')
  const call = await fetch(`${vapi.url}/call/${id}`, { headers: { authorization: `Bearer ${VAPI.apiKey}` } })
  const answer = {
    method: 'GET',
    path: `/call/${id}`,
    status: 200,
    body: withoutSpokenLines(await call.json()),
  }
  expect(spec.checkAnswer(answer)).toEqual([])
})

it.each<[CallMood, string, string]>([
  ['refuses', 'customer-ended-call', 'möchte nicht mit einer KI sprechen'],
  ['angry', 'customer-ended-call', 'Rechnung war falsch. Das ist inakzeptabel'],
  ['asks_human', 'assistant-ended-call', 'mit einem Menschen sprechen'],
  ['wrong_person', 'assistant-ended-call', 'verwählt'],
  ['voicemail', 'voicemail', 'Mailbox'],
])('plays a customer who %s', async (who, endedReason, words) => {
  mood(who)
  const id = await dial()
  await runCall()
  const call = await client.calls.get({ id })
  expect(call).toMatchObject({ status: 'ended', endedReason, analysis: { successEvaluation: 'false' } })
  expect(call.artifact?.transcript).toContain(words)
})

it.each<[CallMood, string]>([
  ['no_answer', 'customer-did-not-answer'],
  ['busy', 'customer-busy'],
])('lets one call of %s pass and then agrees', async (who, endedReason) => {
  mood(who)
  const first = await dial()
  await runCall()
  const second = await dial()
  await runCall()
  expect(await client.calls.get({ id: first })).toMatchObject({ endedReason, artifact: { transcript: '' } })
  expect((await client.calls.get({ id: first })).startedAt).toBeUndefined()
  expect(await client.calls.get({ id: second })).toMatchObject({ endedReason: 'assistant-ended-call' })
})

it('never rings for a number that nobody has', async () => {
  mood('invalid')
  await dial()
  await runCall()
  const statuses = messages().map(({ status }) => status)
  expect(statuses).not.toContain('ringing')
  expect(messages().at(-1)).toMatchObject({ endedReason: 'twilio-reported-customer-misdialed' })
})

it('refuses a number that is not E.164 and a wrong key, and dials nobody', async () => {
  await expect(dial({ number: '0151 23456' })).rejects.toMatchObject({ statusCode: 400 })
  const stranger = new VapiClient({ token: 'wrong', baseUrl: vapi.url, maxRetries: 0 })
  await expect(stranger.calls.create(request())).rejects.toMatchObject({ statusCode: 401 })
  expect(world.calls).toEqual({})
})

it('dials all the same when the answer is lost, and the call can be found by time and key', async () => {
  vapi.faults.push({ on: 'POST /call', kind: 'timeout_after_effect', times: 1 })
  const since = new Date(clock.now())
  await expect(dial()).rejects.toThrow()
  const found = await client.calls.list({ createdAtGe: since.toISOString(), limit: 10 })
  expect(found.map((call) => call.customer?.externalId)).toEqual(['key-1'])
  const later = await client.calls.list({ createdAtGt: new Date(clock.now() + 1000).toISOString() })
  expect(later).toEqual([])
})

it('keeps a playable recording behind a link that dies, and none when told not to record', async () => {
  const id = await dial()
  await runCall()
  const { artifact } = await client.calls.get({ id })
  expect((await fetch(String(artifact?.recordingUrl))).status).toBe(403)
  const link = String(artifact?.presignedMonoUrl)
  const sound = await fetch(link)
  expect(sound.headers.get('content-type')).toBe('audio/wav')
  expect(
    Buffer.from(await sound.arrayBuffer())
      .subarray(0, 4)
      .toString(),
  ).toBe('RIFF')
  clock.advance(2 * 3_600_000)
  expect((await fetch(link)).status).toBe(403)

  const silent = await dial({ record: false })
  await runCall()
  const unrecorded = await client.calls.get({ id: silent })
  expect(unrecorded.artifact?.presignedMonoUrl).toBeUndefined()
})

it.each([
  ['a credential', { credentialId: VAPI.credentialId }, 'x-signature'],
  ['headers of its own', { headers: { 'X-Vapi-Secret': 'shh' } }, 'x-vapi-secret'],
])('proves its messages by %s, where the call names it', async (_what, proof, header) => {
  const body = request()
  await client.calls.create({
    ...body,
    assistant: { ...body.assistant, server: { url: `${hub.url}/elsewhere`, ...proof } },
  })
  await runCall()
  const proofs = hub.got.map(({ headers }) =>
    Object.keys(headers).filter((name) => /^x-(sig|vapi)/.test(name)),
  )
  expect(new Set(proofs.flat())).toEqual(new Set([header]))
  expect(new Set(hub.got.map(({ path }) => path))).toEqual(new Set(['/elsewhere']))
})

it('goes on with a call that a restart interrupted', async () => {
  const id = await dial()
  clock.advance(1_000)
  agenda.close()
  await vapi.close()
  const saved: World = JSON.parse(JSON.stringify(world))
  world = saved
  agenda = createAgenda(world, clock, () => {})
  vapi = await startVapiStandIn({
    world,
    clock,
    agenda,
    webhooks,
    changed: () => {},
    uuid: () => 'unused',
    hubUrl: hub.url,
  })
  await runCall()
  expect(world.calls[id]?.status).toBe('ended')
})
