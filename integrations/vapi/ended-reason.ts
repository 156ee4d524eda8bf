import type { CallOutcome } from '../../src/ports/index.ts'

/**
 * Vapi has about 600 reasons, most of them one provider's one HTTP status, and adds to them: the words are
 * listed, the families are patterns, first match wins, and what is neither is `unknown`, never a success.
 * `answered` says that the line was, not that the goal was met.
 *
 * @see https://docs.vapi.ai/calls/call-ended-reason
 */
export function outcomeOf(endedReason: string | null): CallOutcome {
  if (endedReason === null) return 'unknown'
  const listed = LISTED.get(endedReason)
  if (listed) return listed
  return PATTERNS.find(([pattern]) => pattern.test(endedReason))?.[1] ?? 'unknown'
}

/** Whether the reason says by itself that nobody ever was on the line. */
export function wasNeverConnected(endedReason: string | null): boolean {
  return /^(call[.-]start[.-]|call\.ringing\.|scheduled-call-deleted)/.test(endedReason ?? '')
}

const LISTED = new Map<string, CallOutcome>(
  Object.entries({
    'customer-ended-call': 'answered',
    'customer-ended-call-before-warm-transfer': 'answered',
    'customer-ended-call-after-warm-transfer-attempt': 'answered',
    'customer-ended-call-during-transfer': 'answered',
    'assistant-ended-call': 'answered',
    'assistant-ended-call-after-message-spoken': 'answered',
    'assistant-ended-call-with-hangup-task': 'answered',
    'assistant-said-end-call-phrase': 'answered',
    'exceeded-max-duration': 'answered',
    'silence-timed-out': 'answered',
    'call.in-progress.twilio-completed-call': 'answered',
    'call.in-progress.sip-completed-call': 'answered',
    'vonage-completed': 'answered',
    'call.ending.hook-executed-say': 'answered',
    'assistant-forwarded-call': 'transferred',
    'call.ending.hook-executed-transfer': 'transferred',
    'call.ringing.hook-executed-transfer': 'transferred',
    'customer-did-not-answer': 'no_answer',
    'call.forwarding.no-answer': 'no_answer',
    'call.ringing.sip-inbound-caller-hungup-before-call-connect': 'no_answer',
    'customer-busy': 'busy',
    'call.forwarding.operator-busy': 'busy',
    voicemail: 'voicemail',
    'twilio-reported-customer-misdialed': 'invalid_number',
    'vonage-rejected': 'rejected',
    'manually-canceled': 'rejected',
    'call-deleted': 'rejected',
    'scheduled-call-deleted': 'rejected',
    'phone-call-provider-bypass-enabled-but-no-call-received': 'rejected',
    'customer-did-not-give-microphone-permission': 'rejected',
    'call.start.error-subscription-concurrency-limit-reached': 'transient',
    'assistant-join-timed-out': 'transient',
    'call.in-progress.error-assistant-did-not-receive-customer-audio': 'transient',
    'call.in-progress.error-pipeline-ws-model-connection-failed': 'transient',
    'phone-call-provider-closed-websocket': 'transient',
    'vonage-disconnected': 'transient',
    'worker-shutdown': 'transient',
  } satisfies Record<string, CallOutcome>),
)

/** `rejected` needs a person: configuration, credentials, credit. `transient` may be tried again. */
const PATTERNS: [RegExp, CallOutcome][] = [
  // The line was answered and the next one was not reached.
  [/warm-transfer|-transfer-failed$/, 'answered'],
  // SIP 408 and 480: it rang and nobody took it.
  [/outbound-sip-(408|480)-/, 'no_answer'],
  [/-(400|401|402|403|404|407|422)-/, 'rejected'],
  [/-429-|-5\d\d-|rate-limited|system-busy|concurrent-requests/, 'transient'],
  [/quota|credits|payment|upgrade|free-plan|unauthorized|access-denied|api-key|auth-failed/, 'rejected'],
  [/not-found|invalid|not-allowed|not-supported|no-available-llm-model|validation/, 'rejected'],
  [/vapifault|providerfault/, 'transient'],
  [/^call[.-]start[.-]/, 'rejected'],
  [/^assistant-(not|request)-/, 'rejected'],
  [/^pipeline-error-/, 'transient'],
  [/failed-to-connect(-call)?$/, 'transient'],
]
