import type { Subscriber } from '../events/index.ts'
import { VendorError } from '../ops/errors.ts'
import type { VoiceProvider } from '../ports/index.ts'
import type { Skills } from '../skills/index.ts'
import type { CallsTable, Store } from '../store/index.ts'
import { callsUnderWay, getCall } from '../store/rows/calls.ts'
import { getEffect } from '../store/rows/effects.ts'
import { getFlow } from '../store/rows/flows.ts'
import { defineWork, type Job, type RunResult, type WorkKind, type WorkQueue } from '../work/index.ts'
import { endCallWork } from './queue.ts'
import { abandonCall, type SettleDeps } from './settle.ts'

export type EndDeps = SettleDeps & {
  store: Store
  queue: WorkQueue
  skills: Skills
  voice: VoiceProvider | null
}

/**
 * Ends the calls of a cancelled flow: one that waits is given up in the very transaction, so that it is never
 * dialled; one that is dialled or talks is ended at the provider. A person who takes a ticket over does not cut
 * the customer off: that call is left to end by itself.
 */
export function endCancelledCalls(deps: EndDeps): { subscriber: Subscriber; work: WorkKind } {
  const { store, queue } = deps

  const subscriber: Subscriber = {
    types: ['flow_cancelled'],
    async onAppend(tx, { org, event, caseId }) {
      if (event.type !== 'flow_cancelled') return
      const takenOver = (await getFlow(tx, org, event.flowId))?.outcome === 'taken_over'
      for (const { id: callId, status } of await callsUnderWay(tx, org, event.flowId)) {
        if (status === 'pending_ai_call') {
          await abandonCall(deps, tx, org, callId, { reason: event.reason, outcome: 'rejected' })
        } else if (!takenOver) {
          await queue.add(tx, endCallWork, { callId }, { org, caseId, unique: callId })
        }
      }
    },
  }

  const work = defineWork({
    ...endCallWork,
    retry: { attempts: 10, firstDelayMs: 1_000, factor: 2, maxDelayMs: 60_000 },
    async run({ callId }, job) {
      const call = await getCall(store.read, job.org, callId)
      return call?.status === 'processing' ? endCall(deps, call, job) : undefined
    },
  })
  return { subscriber, work }
}

/**
 * Ends a dialled call that nobody wants any more. Where the answer to dialling was lost, the provider is asked
 * first. How it ended is settled by its report, like any other end.
 */
export async function endCall(deps: EndDeps, call: CallsTable, job: Job): Promise<RunResult> {
  const { store } = deps
  const { org } = job
  let current: CallsTable | undefined = call
  if (call.provider_call_id === null) {
    const effect = call.provider_key ? await getEffect(store.read, org, call.provider_key) : undefined
    const came = effect ? await deps.skills.settle(effect, job.log) : 'failed'
    if (came === 'failed') {
      const why = { reason: 'its flow was cancelled before it was dialled', outcome: 'rejected' } as const
      await store.write((tx) => abandonCall(deps, tx, org, call.id, why))
      return undefined
    }
    current = await getCall(store.read, org, call.id)
  }
  if (!current?.provider_call_id || !deps.voice) return undefined
  try {
    await deps.voice.endCall(current.provider_call_id)
    job.log.info({ callId: call.id, caseId: call.case_id }, 'ended: its flow was cancelled')
  } catch (error) {
    if (!(error instanceof VendorError) || error.retry.when !== 'never') throw error
    job.log.warn({ callId: call.id, err: error }, 'the provider cannot end a call; it ends by itself')
  }
  return undefined
}
