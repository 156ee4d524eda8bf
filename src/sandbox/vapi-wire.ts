import { z } from 'zod'
import type { PhoneCall } from './world.ts'

const Server = z.looseObject({
  url: z.string().optional(),
  credentialId: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
})

/** The parts of `POST /call` that the stand-in acts on (`CreateCallDTO`); the rest is kept and echoed. */
export const CreateCall = z.looseObject({
  name: z.string().max(40).optional(),
  assistantId: z.string().optional(),
  assistant: z
    .looseObject({
      firstMessage: z.string().optional(),
      model: z
        .looseObject({
          messages: z.array(z.looseObject({ role: z.string(), content: z.string() })).optional(),
        })
        .optional(),
      transcriber: z.looseObject({ language: z.string().optional() }).optional(),
      maxDurationSeconds: z.number().min(10).max(43_200).optional(),
      server: Server.optional(),
      serverMessages: z.array(z.string()).optional(),
      artifactPlan: z.looseObject({ recordingEnabled: z.boolean().optional() }).optional(),
      analysisPlan: z
        .looseObject({
          summaryPlan: z.looseObject({ enabled: z.boolean().optional() }).optional(),
          successEvaluationPlan: z
            .looseObject({ enabled: z.boolean().optional(), rubric: z.string().optional() })
            .optional(),
        })
        .optional(),
    })
    .optional(),
  assistantOverrides: z
    .looseObject({
      maxDurationSeconds: z.number().optional(),
      server: Server.optional(),
      serverMessages: z.array(z.string()).optional(),
    })
    .optional(),
  phoneNumberId: z.string().optional(),
  phoneNumber: z.looseObject({}).optional(),
  customer: z
    .looseObject({
      number: z.string().optional(),
      name: z.string().max(40).optional(),
      externalId: z.string().max(40).optional(),
      numberE164CheckEnabled: z.boolean().optional(),
    })
    .optional(),
})
export type CreateCall = z.infer<typeof CreateCall>

export function requestOf(call: PhoneCall): CreateCall {
  return CreateCall.parse(call.request)
}

/** Where a call's messages go and how they are proved, where the call says so itself. */
export function serverOf(request: CreateCall): z.infer<typeof Server> | undefined {
  return request.assistantOverrides?.server ?? request.assistant?.server
}

/** Of an answered call, unless it was told not to record. */
export function hasRecording(call: PhoneCall): boolean {
  return call.durationS > 0 && requestOf(call).assistant?.artifactPlan?.recordingEnabled !== false
}

export type RecordingLinks = { permanent: string; presigned: string; expiresAt: number }

/** A call as `GET /call/{id}` and the server messages show it. */
export function wireCall(
  call: PhoneCall,
  request: CreateCall,
  links: RecordingLinks | undefined,
  controlUrl: string,
) {
  const isEnded = call.status === 'ended'
  return {
    id: call.id,
    orgId: '5c9a8c4e-0000-4000-8000-000000000001',
    type: 'outboundPhoneCall',
    phoneCallProvider: 'twilio',
    phoneCallTransport: 'pstn',
    status: call.status,
    createdAt: iso(call.createdAt),
    updatedAt: iso(call.updatedAt),
    ...(call.startedAt !== null && { startedAt: iso(call.startedAt) }),
    ...(call.endedAt !== null && { endedAt: iso(call.endedAt) }),
    ...(call.endedReason !== null && { endedReason: call.endedReason }),
    ...request,
    cost: call.costUsd,
    ...(!isEnded && { monitor: { controlUrl } }),
    ...(isEnded && {
      costs: [{ type: 'vapi', subType: 'normal', minutes: call.durationS / 60, cost: call.costUsd }],
      artifact: wireArtifact(call, request, links),
      analysis: wireAnalysis(call, request),
    }),
  }
}

export function wireArtifact(call: PhoneCall, request: CreateCall, links: RecordingLinks | undefined) {
  const startedAt = call.startedAt ?? call.createdAt
  const system = systemPromptOf(request)
  const spoken = call.turns.map((turn, at) => {
    const endS = call.turns[at + 1]?.atS ?? call.durationS
    return {
      role: turn.role,
      message: turn.text,
      time: startedAt + turn.atS * 1000,
      endTime: startedAt + endS * 1000,
      secondsFromStart: turn.atS,
      duration: (endS - turn.atS) * 1000,
    }
  })
  return {
    messages: [{ role: 'system', message: system, time: startedAt, secondsFromStart: 0 }, ...spoken],
    transcript: call.turns.map((turn) => `${turn.role === 'bot' ? 'AI' : 'User'}: ${turn.text}\n`).join(''),
    ...(links && {
      recordingUrl: links.permanent,
      recording: { mono: { combinedUrl: links.permanent } },
      presignedMonoUrl: links.presigned,
      presignedUrlsExpiresAt: iso(links.expiresAt),
    }),
  }
}

/** Very short calls have no analysis (`minMessagesThreshold`); the evaluation is a string whatever its rubric. */
export function wireAnalysis(call: PhoneCall, request: CreateCall) {
  if (call.turns.length < 2) return {}
  const plan = request.assistant?.analysisPlan
  return {
    ...(plan?.summaryPlan?.enabled !== false && call.summary !== null && { summary: call.summary }),
    ...(plan?.successEvaluationPlan?.enabled !== false &&
      call.successEvaluation !== null && { successEvaluation: call.successEvaluation }),
  }
}

/** How success is written under a rubric (`SuccessEvaluationPlan.rubric`, `PassFail` when none is given). */
export function evaluationText(isSuccess: boolean, rubric = 'PassFail'): string {
  if (rubric === 'NumericScale') return isSuccess ? '9' : '2'
  if (rubric === 'PercentageScale') return isSuccess ? '95%' : '10%'
  if (rubric === 'DescriptiveScale') return isSuccess ? 'Excellent' : 'Poor'
  if (rubric === 'LikertScale') return isSuccess ? 'Strongly Agree' : 'Disagree'
  return isSuccess ? 'true' : 'false'
}

export function systemPromptOf(request: CreateCall): string {
  const messages = request.assistant?.model?.messages ?? []
  return messages
    .filter((message) => message.role === 'system')
    .map((message) => message.content)
    .join('\n\n')
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
