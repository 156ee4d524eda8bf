import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { converse, endWithoutAnswer } from './callers.ts'
import type { StandInDeps } from './deps.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'
import {
  CreateCall,
  evaluationText,
  type RecordingLinks,
  systemPromptOf,
  wireAnalysis,
  wireArtifact,
  wireCall,
} from './vapi-wire.ts'
import { silentWav } from './wav.ts'
import { type CallMood, type Person, type PhoneCall, personByPhone } from './world.ts'

export const VAPI = {
  apiKey: 'vapi-sandbox-key',
  phoneNumberId: '7d3cbbd2-0000-4000-8000-000000000001',
  webhookSecret: 'vapi-webhook-secret-of-the-sandbox',
} as const

type Deps = StandInDeps & { webhookSecret?: string }
type Vapi = Deps & { url: () => string }

/**
 * Serves Vapi's calls and plays the person who is called: queued → ringing → in-progress → ended, each reported
 * by a signed server message. There is no idempotency here either: every `POST /call` dials.
 */
export async function startVapiStandIn(deps: Deps): Promise<StandIn> {
  let url = ''
  const vapi: Vapi = { ...deps, url: () => url }
  const standIn = await startStandIn((request) => answer(request, vapi), { port: deps.port })
  url = standIn.url
  deps.webhooks.register('vapi', {
    url: `${deps.hubUrl}/api/v1/webhooks/call_completed`,
    sign: ({ body, at }) => signVapi(deps.webhookSecret ?? VAPI.webhookSecret, body, at),
    triesAgain: (status) => status === 429 || status >= 500,
  })
  deps.agenda.on('call.advance', ({ callId }) => {
    const call = deps.world.calls[callId]
    if (call) advance(call, vapi)
  })
  return standIn
}

/** HMAC credential with Vapi's defaults: hex of `{timestamp}.{body}`; milliseconds (the unit is unconfirmed). */
export function signVapi(secret: string, body: string, at: number): Record<string, string> {
  const timestamp = String(at)
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
  return { 'x-timestamp': timestamp, 'x-signature': signature }
}

function answer(request: StandInRequest, vapi: Vapi): StandInReply {
  const { method, path, query } = request
  if (method === 'GET' && path.startsWith('/recordings/')) return presignedRecording(path, query, vapi)
  if (request.headers.authorization !== `Bearer ${VAPI.apiKey}`) return problem(401, 'Invalid Key')
  if (path === '/call' && method === 'POST') return createCall(request.json, vapi)
  if (path === '/call' && method === 'GET') return listCalls(query, vapi)

  const [, id = '', part] = path.match(/^\/call\/([^/]+)(?:\/([\w-]+))?$/) ?? []
  const call = vapi.world.calls[id]
  if (!call) return problem(404, `Couldn't get call. call ${id} not found.`)
  if (method === 'GET' && part === undefined) return { status: 200, body: shown(call, vapi) }
  if (method === 'GET' && part === 'mono-recording') return recording(call, vapi)
  return problem(404, `Cannot ${method} ${path}`)
}

const E164 = /^\+[1-9]\d{6,14}$/

function createCall(json: unknown, vapi: Vapi): StandInReply {
  const parsed = CreateCall.safeParse(json)
  if (!parsed.success) {
    return problem(
      400,
      parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    )
  }
  const request = parsed.data
  const { customer } = request
  if (!request.assistant && !request.assistantId)
    return problem(400, ['assistant or assistantId is required'])
  if (!request.phoneNumberId && !request.phoneNumber) return problem(400, ['phoneNumberId is required'])
  if (!customer?.number) return problem(400, ['customer.number is required'])
  if (customer.numberE164CheckEnabled !== false && !E164.test(customer.number))
    return problem(400, ['customer.number must be a valid phone number in the E.164 format'])

  const now = vapi.clock.now()
  const person = personByPhone(vapi.world, customer.number)
  const call: PhoneCall = {
    id: vapi.uuid(),
    to: customer.number,
    customerName: customer.name ?? person?.name ?? 'the customer',
    externalId: customer.externalId ?? null,
    request,
    personId: person?.id ?? null,
    mood: moodOf(customer.number, person, vapi),
    status: 'queued',
    endedReason: null,
    createdAt: now,
    updatedAt: now,
    startedAt: null,
    endedAt: null,
    durationS: 0,
    turns: [],
    summary: null,
    successEvaluation: null,
    costUsd: 0,
  }
  vapi.world.calls[call.id] = call
  const answered = shown(call, vapi)
  reportStatus(call, vapi)
  vapi.agenda.after(vapi.world.settings.pace.callQueued, { kind: 'call.advance', callId: call.id })
  vapi.changed()
  return { status: 201, body: answered }
}

/** Whoever does not pick up agrees in the end: after as many unanswered calls as the settings say. */
function moodOf(number: string, person: Person | undefined, { world }: Vapi): CallMood {
  const mood = person?.call ?? world.settings.call
  if (mood !== 'no_answer' && mood !== 'busy') return mood
  const unanswered = Object.values(world.calls).filter((call) => call.to === number && call.mood === mood)
  return unanswered.length < world.settings.unansweredCalls ? mood : 'agrees'
}

const FILTERS: Record<string, (call: PhoneCall, at: number) => boolean> = {
  createdAtGt: (call, at) => call.createdAt > at,
  createdAtGe: (call, at) => call.createdAt >= at,
  createdAtLt: (call, at) => call.createdAt < at,
  createdAtLe: (call, at) => call.createdAt <= at,
  updatedAtGt: (call, at) => call.updatedAt > at,
  updatedAtGe: (call, at) => call.updatedAt >= at,
  updatedAtLt: (call, at) => call.updatedAt < at,
  updatedAtLe: (call, at) => call.updatedAt <= at,
}

/** Newest first; `limit` is 100 unless given, and there is no cursor: the time filters page. */
function listCalls(query: URLSearchParams, vapi: Vapi): StandInReply {
  const limit = z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(100)
    .safeParse(query.get('limit') ?? undefined)
  if (!limit.success) return problem(400, ['limit must be a number from 0 to 1000'])
  const id = query.get('id')
  const phoneNumberId = query.get('phoneNumberId')
  const matches = Object.values(vapi.world.calls)
    .reverse()
    .filter((call) => {
      if (id && call.id !== id) return false
      if (phoneNumberId && requestOf(call).phoneNumberId !== phoneNumberId) return false
      return Object.entries(FILTERS).every(([name, holds]) => {
        const given = query.get(name)
        return given === null || holds(call, Date.parse(given))
      })
    })
  return { status: 200, body: matches.slice(0, limit.data).map((call) => shown(call, vapi)) }
}

/** One step on: the agenda calls it again until the call has ended. */
function advance(call: PhoneCall, vapi: Vapi) {
  const { pace } = vapi.world.settings
  const next = (ms: number) => vapi.agenda.after(ms, { kind: 'call.advance', callId: call.id })
  call.updatedAt = vapi.clock.now()
  if (call.status === 'queued') {
    if (call.mood === 'invalid') return hangUp(call, vapi)
    call.status = 'ringing'
    reportStatus(call, vapi)
    next(pace.callRinging)
  } else if (call.status === 'ringing') {
    if (endWithoutAnswer(call.mood)) return hangUp(call, vapi)
    call.status = 'in-progress'
    call.startedAt = vapi.clock.now()
    reportStatus(call, vapi)
    next(pace.callTalking)
  } else if (call.status === 'in-progress') {
    hangUp(call, vapi)
  }
}

const USD_PER_MINUTE = 0.09

function hangUp(call: PhoneCall, vapi: Vapi) {
  const request = requestOf(call)
  const story = converse({
    mood: call.mood,
    customerName: call.customerName,
    firstMessage: request.assistant?.firstMessage ?? '',
    systemPrompt: systemPromptOf(request),
    language: request.assistant?.transcriber?.language ?? 'en',
    maxDurationS:
      request.assistantOverrides?.maxDurationSeconds ?? request.assistant?.maxDurationSeconds ?? 600,
  })
  const now = vapi.clock.now()
  const wasAnswered = call.startedAt !== null
  call.status = 'ended'
  call.endedReason = story.endedReason
  call.endedAt = now
  call.updatedAt = now
  if (wasAnswered) {
    // The talk took seconds on our clock and minutes in the story: the story's length is what is told, and it
    // ends now, so that nothing is dated into the future.
    call.startedAt = now - story.durationS * 1000
    call.durationS = story.durationS
    call.turns = story.turns
    call.summary = story.summary
    const rubric = request.assistant?.analysisPlan?.successEvaluationPlan?.rubric
    call.successEvaluation = evaluationText(story.success, rubric)
    call.costUsd = Math.round((story.durationS / 60) * USD_PER_MINUTE * 10_000) / 10_000
  }
  reportStatus(call, vapi)
  reportEnd(call, request, vapi)
  vapi.changed()
}

function reportStatus(call: PhoneCall, vapi: Vapi) {
  report(call, vapi, `status-${call.status}`, {
    type: 'status-update',
    status: call.status,
    ...(call.endedReason !== null && { endedReason: call.endedReason }),
  })
}

function reportEnd(call: PhoneCall, request: CreateCall, vapi: Vapi) {
  report(call, vapi, 'report', {
    type: 'end-of-call-report',
    endedReason: call.endedReason,
    ...(call.startedAt !== null && { startedAt: new Date(call.startedAt).toISOString() }),
    ...(call.endedAt !== null && { endedAt: new Date(call.endedAt).toISOString() }),
    cost: call.costUsd,
    artifact: wireArtifact(call, request, linksOf(call, vapi)),
    analysis: wireAnalysis(call, request),
    customer: request.customer,
  })
}

function report(call: PhoneCall, vapi: Vapi, what: string, message: Record<string, unknown>) {
  const { assistant, assistantOverrides } = requestOf(call)
  const wanted = assistantOverrides?.serverMessages ?? assistant?.serverMessages
  if (wanted && !wanted.includes(String(message.type))) return
  const body = { message: { ...message, timestamp: vapi.clock.now(), call: shown(call, vapi) } }
  const url = assistantOverrides?.server?.url ?? assistant?.server?.url
  vapi.webhooks.send('vapi', body, { id: `${call.id}-${what}`, url })
}

function requestOf(call: PhoneCall): CreateCall {
  return CreateCall.parse(call.request)
}

function shown(call: PhoneCall, vapi: Vapi) {
  return wireCall(call, requestOf(call), linksOf(call, vapi))
}

const LINK_LIFE_MS = 60 * 60_000

/** There is a recording of an answered call, unless it was told not to record. */
function linksOf(call: PhoneCall, vapi: Vapi): RecordingLinks | undefined {
  if (call.durationS === 0 || requestOf(call).assistant?.artifactPlan?.recordingEnabled === false)
    return undefined
  const expiresAt = vapi.clock.now() + LINK_LIFE_MS
  const permanent = `${vapi.url()}/recordings/${call.id}.wav`
  const token = linkToken(call.id, expiresAt)
  return { permanent, presigned: `${permanent}?expires=${expiresAt}&token=${token}`, expiresAt }
}

function linkToken(callId: string, expiresAt: number): string {
  return createHmac('sha256', VAPI.apiKey).update(`${callId}.${expiresAt}`).digest('hex').slice(0, 32)
}

function presignedRecording(path: string, query: URLSearchParams, vapi: Vapi): StandInReply {
  const call = vapi.world.calls[path.slice('/recordings/'.length).replace(/\.wav$/, '')]
  if (!call) return problem(404, 'no such recording')
  const expires = query.get('expires')
  if (expires !== null) {
    const isRight = query.get('token') === linkToken(call.id, Number(expires))
    if (!isRight || Number(expires) < vapi.clock.now()) return problem(403, 'Request has expired')
  }
  return recording(call, vapi)
}

function recording(call: PhoneCall, vapi: Vapi): StandInReply {
  if (!linksOf(call, vapi)) return problem(404, 'Recording not found')
  return { status: 200, headers: { 'content-type': 'audio/wav' }, body: silentWav(call.durationS) }
}

function problem(statusCode: number, message: string | string[]): StandInReply {
  return { status: statusCode, body: { message, error: ERRORS[statusCode] ?? 'Error', statusCode } }
}

const ERRORS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
}
