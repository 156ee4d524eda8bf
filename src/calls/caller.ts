import { type Subscriber, subscribeByWork } from '../events/index.ts'
import { InDoubt, messageOf, Refused, retryOf, VendorError } from '../ops/errors.ts'
import type { VoiceProvider } from '../ports/index.ts'
import type { Skills } from '../skills/index.ts'
import type { CallsTable, Store } from '../store/index.ts'
import { callOfProvider, countCalls, getCall, updateCall } from '../store/rows/calls.ts'
import { getFlow } from '../store/rows/flows.ts'
import { defineWork, type Job, type WorkKind, type WorkQueue } from '../work/index.ts'
import { endCall, endCancelledCalls } from './end.ts'
import { placeCallWork, pollCallWork } from './queue.ts'
import { abandonCall, type SettleDeps, settleAttempt } from './settle.ts'

export type CallerDeps = SettleDeps & {
  store: Store
  queue: WorkQueue
  skills: Skills
  voice: VoiceProvider | null
  settings: { schedulerIntervalMs: number; pollIntervalMs: number; maxPollMs: number; concurrency: number }
}

/** Whoever ended the flow, a person has the case now, or nobody needs it: no call is made for it any more. */
const ENDED = new Set(['completed', 'failed', 'cancelled'])

const LINES_BUSY = 'all lines are busy'

/** A silent call is asked after at growing intervals, at most this long. */
const POLL_AT_MOST_EVERY_MS = 60_000

/** The auto-caller: dials what is due when every gate is open, follows the call, settles its end once. */
export function createCaller(deps: CallerDeps): { work: WorkKind[]; subscribers: Subscriber[] } {
  const { store, clock } = deps

  const place = defineWork({
    ...placeCallWork,
    retry: { attempts: 10, firstDelayMs: 5_000, factor: 2, maxDelayMs: 600_000 },
    async run({ callId }, job) {
      const call = await getCall(store.read, job.org, callId)
      if (!call) return undefined
      // Dialled in a run that was cut off before it was put on the list of calls to ask after.
      if (call.status === 'processing' && call.provider_call_id !== null) return follow(call, job)
      if (!isDialable(call)) return undefined
      // Settled meanwhile by its report, and to be tried again: another row of work waits for that time.
      if (call.held_until !== null && call.held_until > clock.now()) {
        return { again: call.held_until, why: call.reason ?? 'held' }
      }
      if (call.status === 'pending_ai_call' && (await isFull(job))) {
        return { again: clock.now() + deps.settings.schedulerIntervalMs, why: LINES_BUSY }
      }
      return dial(call, job)
    },
    async dead(tx, { callId }, error, job) {
      await abandonCall(deps, tx, job.org, callId, { reason: messageOf(error), outcome: 'transient' })
    },
  })

  /** A try under way has its attempt counted already; its cause stays the same, so that it is dialled once. */
  async function dial(call: CallsTable, job: Job) {
    const attempt = call.status === 'processing' ? call.attempts : call.attempts + 1
    const { id: callId, customer_id: customerId } = call
    const flow = call.flow_id ? await getFlow(store.read, job.org, call.flow_id) : undefined
    if (flow && ENDED.has(flow.status)) {
      // Cut off while it was dialled: it may be ringing.
      if (call.status === 'processing') return endCall(deps, call, job)
      const reason = (flow.status === 'cancelled' && flow.last_error) || 'its flow has ended'
      await store.write((tx) => abandonCall(deps, tx, job.org, callId, { reason, outcome: 'rejected' }))
      return undefined
    }
    try {
      await deps.skills.act(
        'dial_call',
        { callId, customerId, ticket: call.ticket },
        {
          org: job.org,
          cause: `call:${callId}:${attempt}`,
          actor: 'ai',
          caseId: call.case_id,
          flowId: call.flow_id,
          fence: flow?.fence ?? null,
          depth: (flow?.depth ?? 0) + 1,
          log: job.log,
        },
      )
    } catch (error) {
      return dialFailed(call, error, job)
    }
    return follow({ ...call, attempts: attempt }, job)
  }

  async function follow({ id: callId, attempts: attempt, case_id: caseId }: CallsTable, job: Job) {
    const runAt = clock.now() + deps.settings.pollIntervalMs
    await store.write((tx) =>
      deps.queue.add(
        tx,
        pollCallWork,
        { callId, attempt },
        { org: job.org, caseId, runAt, unique: `${callId}:${attempt}` },
      ),
    )
    return undefined
  }

  async function dialFailed(call: CallsTable, error: unknown, job: Job) {
    const give = (reason: string, outcome: 'rejected' | 'invalid_number') =>
      store.write((tx) => abandonCall(deps, tx, job.org, call.id, { reason, outcome }))
    if (error instanceof Refused && error.until !== null) {
      const { gate, until } = error
      await store.write((tx) =>
        updateCall(tx, job.org, call.id, {
          status: 'pending_ai_call',
          held_gate: gate,
          held_until: until,
          reason: error.message,
          updated_at: clock.now(),
        }),
      )
      return { again: until, why: error.message }
    }
    if (error instanceof Refused) {
      await give(`${error.gate}: ${error.message}`, 'rejected')
      return undefined
    }
    // In doubt: a person has been asked; the call stays as it is until a report or the poll tells.
    if (error instanceof InDoubt) return undefined
    if (error instanceof VendorError && retryOf(error).when === 'never') {
      await give(error.hint, 'rejected')
      return undefined
    }
    throw error
  }

  async function isFull(job: Job): Promise<boolean> {
    if (!deps.voice) return false
    return (await countCalls(store.read, job.org, deps.voice.name)) >= deps.settings.concurrency
  }

  /** The fallback for a webhook that does not come, bounded. */
  const poll = defineWork({
    ...pollCallWork,
    retry: { attempts: 50, firstDelayMs: 5_000, factor: 1.5, maxDelayMs: 60_000 },
    async run({ callId, attempt }, job) {
      const call = await getCall(store.read, job.org, callId)
      if (
        call?.status !== 'processing' ||
        call.attempts !== attempt ||
        !call.provider_call_id ||
        !deps.voice
      ) {
        return undefined
      }
      const found = await deps.voice.getCallStatus(call.provider_call_id)
      if (found?.state === 'ended') {
        await store.write((tx) => settleAttempt(deps, tx, job.org, callId, found))
        return undefined
      }
      const asked = clock.now() - (call.dialled_at ?? call.updated_at)
      if (asked > deps.settings.maxPollMs) {
        const reason = `No word from ${deps.voice.name} for ${Math.round(asked / 60_000)} minutes`
        await store.write((tx) => abandonCall(deps, tx, job.org, callId, { reason, outcome: 'unknown' }))
        return undefined
      }
      const wait = Math.min(Math.max(deps.settings.pollIntervalMs, asked / 4), POLL_AT_MOST_EVERY_MS)
      return { again: clock.now() + Math.round(wait), why: 'the call goes on' }
    },
    async dead(tx, { callId, attempt }, error, job) {
      const call = await getCall(tx, job.org, callId)
      if (call?.status !== 'processing' || call.attempts !== attempt) return
      await abandonCall(deps, tx, job.org, callId, { reason: messageOf(error), outcome: 'unknown' })
    },
  })

  const reported = subscribeByWork(deps, {
    name: 'call_reported',
    types: ['call_reported'],
    key: (event) => `call_report:${event.call.providerCallId}`,
    async run(event, stored) {
      if (event.call.state !== 'ended') return undefined
      await store.write(async (tx) => {
        const about = {
          provider: event.provider,
          providerCallId: event.call.providerCallId,
          key: event.call.key,
        }
        const call = await callOfProvider(tx, stored.org, about)
        if (call) await settleAttempt(deps, tx, stored.org, call.id, event.call)
      })
      return undefined
    },
  })

  // Every attempt ends as one of these, or both.
  const lineFree: Subscriber = {
    types: ['missed_call', 'call_ended'],
    onAppend: (tx) => deps.queue.hasten(tx, placeCallWork, LINES_BUSY),
  }

  const cancelled = endCancelledCalls(deps)

  return {
    work: [place, poll, reported.work, cancelled.work],
    subscribers: [reported.subscriber, lineFree, cancelled.subscriber],
  }
}

/** Waiting to be dialled, or dialled in a run that was cut off before the provider's answer was noted. */
function isDialable(call: CallsTable): boolean {
  return call.status === 'pending_ai_call' || (call.status === 'processing' && call.provider_call_id === null)
}
