import { z } from 'zod'
import type { WorkKind } from '../work/index.ts'

/** Work about calls as others put it into the queue; caller.ts runs it. Never two workers on one call. */
export const placeCallWork = {
  kind: 'call.place',
  payload: z.object({ callId: z.string() }),
  key: ({ callId }: { callId: string }) => `call:${callId}`,
} satisfies Partial<WorkKind<{ callId: string }>>

export const endCallWork = {
  kind: 'call.end',
  payload: z.object({ callId: z.string() }),
  key: ({ callId }: { callId: string }) => `call:${callId}`,
} satisfies Partial<WorkKind<{ callId: string }>>

export const pollCallWork = {
  kind: 'call.poll',
  payload: z.object({ callId: z.string(), attempt: z.int() }),
  key: ({ callId }: { callId: string; attempt: number }) => `call:${callId}`,
} satisfies Partial<WorkKind<{ callId: string; attempt: number }>>
