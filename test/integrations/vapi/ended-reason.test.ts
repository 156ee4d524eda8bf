import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { outcomeOf } from '../../../integrations/vapi/ended-reason.ts'
import type { CallOutcome } from '../../../src/ports/index.ts'

const DIRECTORY =
  process.env.VENDOR_SPECS_DIR ?? fileURLToPath(new URL('../../../../shared/specs', import.meta.url))
const SPEC = `${DIRECTORY}/vapi.json`

describe('why a Vapi call ended', () => {
  it.each<[CallOutcome, string[]]>([
    ['answered', ['customer-ended-call', 'assistant-ended-call-after-message-spoken', 'silence-timed-out']],
    ['answered', ['exceeded-max-duration', 'call.in-progress.twilio-completed-call', 'vonage-completed']],
    [
      'answered',
      ['call.in-progress.error-transfer-failed', 'call.in-progress.error-warm-transfer-max-duration'],
    ],
    ['transferred', ['assistant-forwarded-call', 'call.ending.hook-executed-transfer']],
    ['no_answer', ['customer-did-not-answer', 'call.forwarding.no-answer']],
    ['no_answer', ['call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable']],
    ['busy', ['customer-busy', 'call.forwarding.operator-busy']],
    ['voicemail', ['voicemail']],
    ['invalid_number', ['twilio-reported-customer-misdialed']],
    [
      'rejected',
      ['call.start.error-subscription-insufficient-credits', 'assistant-not-found', 'manually-canceled'],
    ],
    [
      'rejected',
      ['pipeline-error-openai-401-incorrect-api-key', 'assistant-request-failed', 'vonage-rejected'],
    ],
    ['rejected', ['call.in-progress.error-providerfault-outbound-sip-403-forbidden']],
    ['rejected', ['call.in-progress.error-vapifault-cartesia-requested-payment']],
    ['transient', ['call.start.error-subscription-concurrency-limit-reached', 'worker-shutdown']],
    [
      'transient',
      ['call.in-progress.error-providerfault-openai-500-server-error', 'twilio-failed-to-connect-call'],
    ],
    ['transient', ['pipeline-error-openai-429-rate-limit-reached', 'pipeline-error-first-message-failed']],
    ['transient', ['call.start.error-vapifault-database-error', 'phone-call-provider-closed-websocket']],
    ['unknown', ['hangup', '', 'customer-ended-call-in-some-new-way', 'constructor']],
  ])('is %s for %j', (outcome, reasons) => {
    expect(reasons.map(outcomeOf)).toEqual(reasons.map(() => outcome))
  })

  it('is unknown where Vapi does not say', () => {
    expect(outcomeOf(null)).toBe('unknown')
  })

  it.skipIf(!existsSync(SPEC))(
    'is known for every reason that Vapi describes, but one for calls that come in',
    () => {
      const reasons = describedReasons()
      expect(reasons.length).toBeGreaterThan(500)
      expect(reasons.filter((reason) => outcomeOf(reason) === 'unknown')).toEqual([
        'call.ringing.hook-executed-say',
      ])
    },
  )

  it.skipIf(!existsSync(SPEC))('is an answered call only where nothing went wrong before it ended', () => {
    const answered = describedReasons().filter((reason) => outcomeOf(reason) === 'answered')
    expect(answered.filter((reason) => /error|fail|fault/.test(reason) && !/transfer/.test(reason))).toEqual(
      [],
    )
  })
})

function describedReasons(): string[] {
  const list = z.object({ enum: z.array(z.string()) })
  const call = z.object({ properties: z.object({ endedReason: list }) })
  const document = z.object({ components: z.object({ schemas: z.object({ Call: call }) }) })
  const { components } = document.parse(JSON.parse(readFileSync(SPEC, 'utf8')))
  return components.schemas.Call.properties.endedReason.enum
}
