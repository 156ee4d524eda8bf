import { converse, endWithoutAnswer } from './callers.ts'
import type { StandInDeps } from './deps.ts'
import { linksOf } from './vapi-recordings.ts'
import {
  type CreateCall,
  evaluationText,
  hasRecording,
  requestOf,
  serverOf,
  systemPromptOf,
  wireAnalysis,
  wireArtifact,
  wireCall,
} from './vapi-wire.ts'
import type { PhoneCall } from './world.ts'

/** What the line works on. */
export type VapiLine = Pick<StandInDeps, 'world' | 'clock' | 'agenda' | 'webhooks' | 'changed'> & {
  /** Where the stand-in serves: the recordings' links begin with it. */
  url: () => string
}

/** One step on: the agenda calls it again until the call has ended. */
export function advance(call: PhoneCall, line: VapiLine) {
  const { pace } = line.world.settings
  const next = (ms: number) => line.agenda.after(ms, { kind: 'call.advance', callId: call.id })
  call.updatedAt = line.clock.now()
  if (call.status === 'queued') {
    if (call.mood === 'invalid') return hangUp(call, line)
    call.status = 'ringing'
    reportStatus(call, line)
    next(pace.callRinging)
  } else if (call.status === 'ringing') {
    if (endWithoutAnswer(call.mood)) return hangUp(call, line)
    call.status = 'in-progress'
    call.startedAt = line.clock.now()
    reportStatus(call, line)
    next(pace.callTalking)
  } else if (call.status === 'in-progress') {
    hangUp(call, line)
  }
}

/**
 * Ended from outside by live control. Which `endedReason` Vapi gives then is not documented; of those that it
 * lists this one says it.
 */
export function endByControl(call: PhoneCall, line: VapiLine) {
  if (call.status === 'ended') return
  const now = line.clock.now()
  call.durationS = call.startedAt === null ? 0 : Math.max((now - call.startedAt) / 1000, 0)
  call.costUsd = costOf(call.durationS)
  end(call, requestOf(call), 'manually-canceled', line)
}

const USD_PER_MINUTE = 0.09
const costOf = (durationS: number) => Math.round((durationS / 60) * USD_PER_MINUTE * 10_000) / 10_000

function hangUp(call: PhoneCall, line: VapiLine) {
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
  const now = line.clock.now()
  const wasAnswered = call.startedAt !== null
  if (wasAnswered) {
    // The talk took seconds on our clock and minutes in the story: the story's length is what is told, and it
    // ends now, so that nothing is dated into the future.
    call.startedAt = now - story.durationS * 1000
    call.durationS = story.durationS
    call.turns = story.turns
    call.summary = story.summary
    const rubric = request.assistant?.analysisPlan?.successEvaluationPlan?.rubric
    call.successEvaluation = evaluationText(story.success, rubric)
    call.costUsd = costOf(story.durationS)
  }
  end(call, request, story.endedReason, line)
}

function end(call: PhoneCall, request: CreateCall, endedReason: string, line: VapiLine) {
  const now = line.clock.now()
  call.status = 'ended'
  call.endedReason = endedReason
  call.endedAt = now
  call.updatedAt = now
  reportStatus(call, line)
  reportEnd(call, request, line)
  line.changed()
}

export function reportStatus(call: PhoneCall, line: VapiLine) {
  report(call, line, `status-${call.status}`, {
    type: 'status-update',
    status: call.status,
    ...(call.endedReason !== null && { endedReason: call.endedReason }),
  })
}

function reportEnd(call: PhoneCall, request: CreateCall, line: VapiLine) {
  report(call, line, 'report', {
    type: 'end-of-call-report',
    endedReason: call.endedReason,
    ...(call.startedAt !== null && { startedAt: new Date(call.startedAt).toISOString() }),
    ...(call.endedAt !== null && { endedAt: new Date(call.endedAt).toISOString() }),
    cost: call.costUsd,
    artifact: wireArtifact(call, request, recordingLinks(call, line)),
    analysis: wireAnalysis(call, request),
    customer: request.customer,
  })
}

function report(call: PhoneCall, line: VapiLine, what: string, message: Record<string, unknown>) {
  const request = requestOf(call)
  const { assistant, assistantOverrides } = request
  const wanted = assistantOverrides?.serverMessages ?? assistant?.serverMessages
  if (wanted && !wanted.includes(String(message.type))) return
  const body = { message: { ...message, timestamp: line.clock.now(), call: shown(call, line) } }
  line.webhooks.send('vapi', body, { id: `${call.id}-${what}`, url: serverOf(request)?.url })
}

/** A call as the API and the messages show it. */
export function shown(call: PhoneCall, line: VapiLine) {
  return wireCall(call, requestOf(call), recordingLinks(call, line), `${line.url()}/${call.id}/control`)
}

function recordingLinks(call: PhoneCall, { url, clock }: VapiLine) {
  return hasRecording(call) ? linksOf(call.id, url(), clock.now()) : undefined
}
