import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { StandInDeps } from './deps.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'
import { advance, endByControl, reportStatus, shown, type VapiLine } from './vapi-calls.ts'
import { opens } from './vapi-recordings.ts'
import { CreateCall, hasRecording, requestOf, serverOf } from './vapi-wire.ts'
import { silentWav } from './wav.ts'
import { type CallMood, type Person, type PhoneCall, personByPhone } from './world.ts'

export const VAPI = {
  apiKey: 'vapi-sandbox-key',
  phoneNumberId: '7d3cbbd2-0000-4000-8000-000000000001',
  webhookSecret: 'vapi-webhook-secret-of-the-sandbox',
  /** Names the secret as a server's HMAC credential. */
  credentialId: '7d3cbbd2-0000-4000-8000-000000000002',
} as const

type Deps = StandInDeps & { webhookSecret?: string }
type Vapi = VapiLine & Pick<StandInDeps, 'uuid'>

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
    sign: ({ id, body, at }) =>
      proofOf(id, deps) ?? signVapi(deps.webhookSecret ?? VAPI.webhookSecret, body, at),
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

/** Headers that a server without a credential was given are all the proof its messages carry. */
function proofOf(webhookId: string, { world }: Deps): Record<string, string> | undefined {
  const call = world.calls[webhookId.slice(0, UUID_LENGTH)]
  const server = call && serverOf(requestOf(call))
  return server && !server.credentialId ? server.headers : undefined
}

const UUID_LENGTH = 36

function answer(request: StandInRequest, vapi: Vapi): StandInReply {
  const { method, path, query } = request
  if (method === 'GET' && path.startsWith('/recordings/')) return openRecording(request, vapi)
  if (method === 'POST' && path.endsWith('/control')) return control(request, vapi)
  if (!isAuthorized(request)) return problem(401, 'Invalid Key')
  if (path === '/call' && method === 'POST') return createCall(request.json, vapi)
  if (path === '/call' && method === 'GET') return listCalls(query, vapi)
  if (path === `/phone-number/${VAPI.phoneNumberId}` && method === 'GET')
    return { status: 200, body: phoneNumber(vapi) }

  const [, id = '', part] = path.match(/^\/call\/([^/]+)(?:\/([\w-]+))?$/) ?? []
  const call = vapi.world.calls[id]
  if (!call) return problem(404, `Couldn't get call. call ${id} not found.`)
  if (method === 'GET' && part === undefined) return { status: 200, body: shown(call, vapi) }
  if (method === 'GET' && part === 'mono-recording') return recording(call)
  return problem(404, `Cannot ${method} ${path}`)
}

const EndCall = z.object({ type: z.literal('end-call') })

/** Live control, of which only the end is played: whoever has the address needs no key. */
function control({ path, json }: StandInRequest, vapi: Vapi): StandInReply {
  const call = vapi.world.calls[path.split('/')[1] ?? '']
  if (!call || call.status === 'ended') return problem(404, 'Call not found')
  if (!EndCall.safeParse(json).success) return problem(400, ['type must be end-call'])
  endByControl(call, vapi)
  return { status: 200, body: {} }
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

/** Behind a presigned link, or by the API key. */
function openRecording(request: StandInRequest, vapi: Vapi): StandInReply {
  const id = request.path.slice('/recordings/'.length).replace(/\.wav$/, '')
  const call = vapi.world.calls[id]
  if (!call) return problem(404, 'Recording not found')
  const isOpen = isAuthorized(request) || opens(id, request.query, vapi.clock.now())
  return isOpen ? recording(call) : problem(403, 'Request has expired')
}

function recording(call: PhoneCall): StandInReply {
  if (!hasRecording(call)) return problem(404, 'Recording not found')
  return { status: 200, headers: { 'content-type': 'audio/wav' }, body: silentWav(call.durationS) }
}

function isAuthorized(request: StandInRequest): boolean {
  return request.headers.authorization === `Bearer ${VAPI.apiKey}`
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

/** `GET /phone-number/{id}`: what a client reads to see whether its key and number are right. */
function phoneNumber(vapi: Vapi) {
  const createdAt = new Date(vapi.clock.now()).toISOString()
  return {
    id: VAPI.phoneNumberId,
    orgId: '7d3cbbd2-0000-4000-8000-0000000000aa',
    provider: 'vapi',
    status: 'active',
    number: '+351210000000',
    name: 'Lumen Hotels',
    createdAt,
    updatedAt: createdAt,
  }
}
