import { describe, expect, it } from 'vitest'
import { CallSnapshotSchema } from '../../src/events/schemas.ts'
import { VendorError } from '../../src/ops/errors.ts'
import type { CallRequest, CallSnapshot, VoiceProvider } from '../../src/ports/index.ts'

/** What a vendor was asked to do, in words that every vendor has. */
export type DialledCall = {
  to: string
  firstMessage: string
  systemPrompt: string
  maxDurationS: number
  record: boolean
  webhookUrl: string | null
  successCriteria: string
}

/** A call as it lies at the vendor. `key`: as given to `initiateCall`. */
export type LyingCall = {
  id: string
  key: string
  at: 'ringing' | 'talking' | 'hung_up' | 'not_answered' | 'busy' | 'mailbox' | 'wrong_number'
  startedAt: number
  endedAt: number
  turns: { speaker: 'assistant' | 'customer'; text: string; atS: number }[]
  summary: string
  success: boolean
  recordingUrl: string | null
  costUsd: number
}

/** `broken`: a 500. `cut`: the connection breaks after the request was sent. `unreached`: before. */
export type VoiceTrouble = 'too_many' | 'bad_key' | 'bad_number' | 'broken' | 'cut' | 'unreached'

export type VoiceUnderTest = {
  voice: VoiceProvider
  /** The next call is dialled and answered with this id. */
  dials(providerCallId: string): void
  /** The next attempt to dial meets this; `too_many` with 7 seconds to wait. */
  troubles(kind: VoiceTrouble): void
  /** Every request to dial that reached the vendor, carried out or not. */
  dialled(): DialledCall[]
  /** The next question about this id finds this call, or none. */
  holds(id: string, call: LyingCall | undefined): void
  /** Each request to end a call that reached the vendor. */
  ended(): string[]
  /** A request to end this call meets an answer with this status. */
  endsWith(id: string, status: number): void
  /** The next look through the calls finds these. */
  lists(calls: LyingCall[]): void
}

const START = Date.UTC(2026, 2, 2, 9)

/** What every VoiceProvider must do. */
export function voiceContract(name: string, create: () => VoiceUnderTest) {
  describe(`${name} as a voice provider`, () => {
    const status = async (fields: Partial<LyingCall>) => {
      const vendor = create()
      vendor.holds('call-1', lyingCall(fields))
      const call = await vendor.voice.getCallStatus('call-1')
      expect(CallSnapshotSchema.safeParse(call).error).toBeUndefined()
      return call
    }

    it('dials once, with everything that the assistant must know and say', async () => {
      const vendor = create()
      vendor.dials('call-1')
      const request = callRequest({
        to: '+919876543210',
        firstMessage: 'Namaste, ich bin eine KI. Das Gespräch wird aufgezeichnet.',
        systemPrompt: 'Größe: 3 Zimmer ✓',
        maxDurationS: 300,
        record: true,
        webhookUrl: 'https://hub.example/api/v1/webhooks/call_completed',
        evaluation: { successCriteria: 'The guest has a date.' },
      })
      expect(await vendor.voice.initiateCall(request, { key: 'flow-1:call' })).toEqual({
        providerCallId: 'call-1',
      })
      expect(vendor.dialled()).toMatchObject([
        {
          to: '+919876543210',
          firstMessage: request.firstMessage,
          systemPrompt: request.systemPrompt,
          maxDurationS: 300,
          record: true,
          webhookUrl: request.webhookUrl,
        },
      ])
      expect(vendor.dialled()[0]?.successCriteria).toContain('The guest has a date.')
    })

    it('does not record when it is told not to, and leaves webhooks alone that the vendor knows', async () => {
      const vendor = create()
      vendor.dials('call-1')
      await vendor.voice.initiateCall(callRequest({ record: false, webhookUrl: null }), { key: 'k' })
      expect(vendor.dialled()).toMatchObject([{ record: false, webhookUrl: null }])
    })

    it.each<[VoiceTrouble, Partial<VendorError>]>([
      ['too_many', { code: 'vendor_rate_limited', retry: { when: 'after', ms: 7000 }, effect: 'none' }],
      ['bad_key', { code: 'vendor_auth', retry: { when: 'never' }, effect: 'none' }],
      ['bad_number', { code: 'vendor_rejected', retry: { when: 'never' }, effect: 'none' }],
      ['broken', { code: 'vendor_unavailable', effect: 'unknown' }],
      ['cut', { code: 'vendor_unavailable', effect: 'unknown' }],
      ['unreached', { code: 'vendor_unavailable', retry: { when: 'backoff' }, effect: 'none' }],
    ])('tries once and says what %s means for another attempt', async (trouble, expected) => {
      const vendor = create()
      vendor.troubles(trouble)
      const dialling = vendor.voice.initiateCall(callRequest(), { key: 'k' })
      const error = await dialling.catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(VendorError)
      expect(error).toMatchObject({ vendor: vendor.voice.name, ...expected })
      expect(vendor.dialled().length).toBeLessThanOrEqual(1)
    })

    it.each<[LyingCall['at'], Partial<CallSnapshot>]>([
      ['ringing', { state: 'ringing', outcome: null, durationS: 0 }],
      ['talking', { state: 'in_progress', outcome: null }],
      ['hung_up', { state: 'ended', outcome: 'answered', durationS: 95 }],
      ['mailbox', { state: 'ended', outcome: 'voicemail' }],
      ['not_answered', { state: 'ended', outcome: 'no_answer', durationS: 0 }],
      ['busy', { state: 'ended', outcome: 'busy', durationS: 0 }],
      ['wrong_number', { state: 'ended', outcome: 'invalid_number', durationS: 0 }],
    ])('says where a call stands: %s', async (at, expected) => {
      expect(await status({ at })).toMatchObject({
        providerCallId: 'call-1',
        key: 'flow-1:call',
        ...expected,
      })
    })

    it('brings the transcript, the summary, the verdict and the cost', async () => {
      const turns = [
        { speaker: 'assistant' as const, text: 'Hello, I am an AI.', atS: 0.5 },
        { speaker: 'customer' as const, text: 'Grüß Gott ✓', atS: 4 },
      ]
      const call = await status({ turns, summary: 'All is well.', success: true, costUsd: 0.12 })
      expect(call).toMatchObject({
        turns,
        summary: 'All is well.',
        success: true,
        costUsd: 0.12,
        startedAt: START,
        endedAt: START + 95_000,
      })
    })

    it('does not take the vendor’s no for a yes', async () => {
      expect(await status({ success: false })).toMatchObject({ success: false })
    })

    it('knows no call that the vendor does not have', async () => {
      const vendor = create()
      vendor.holds('call-9', undefined)
      expect(await vendor.voice.getCallStatus('call-9')).toBeUndefined()
    })

    it('tells where the recording is, and that there is none', async () => {
      const vendor = create()
      vendor.holds('call-1', lyingCall({ recordingUrl: 'https://files.example/call-1.wav' }))
      expect((await vendor.voice.getCallRecording('call-1'))?.url).toBe('https://files.example/call-1.wav')
      vendor.holds('call-1', lyingCall({ recordingUrl: null }))
      expect(await vendor.voice.getCallRecording('call-1')).toBeUndefined()
    })

    it.each(['flow-1:call', `flow-${'1'.repeat(60)}:call`])(
      'finds a call again by its key %s',
      async (key) => {
        const vendor = create()
        vendor.lists([lyingCall({ id: 'call-2', key: 'flow-2:call' }), lyingCall({ id: 'call-1', key })])
        expect(await vendor.voice.findCall(key, START)).toMatchObject({ providerCallId: 'call-1', key })
      },
    )

    it('ends a call that is ringing or talking', async () => {
      for (const at of ['ringing', 'talking'] as const) {
        const vendor = create()
        vendor.holds('call-1', lyingCall({ at }))
        vendor.endsWith('call-1', 200)
        await vendor.voice.endCall('call-1')
        expect(vendor.ended()).toContain('call-1')
      }
    })

    it('leaves a call alone that is over, or unknown', async () => {
      const vendor = create()
      vendor.holds('call-1', lyingCall({ at: 'hung_up' }))
      await vendor.voice.endCall('call-1')
      vendor.holds('call-1', undefined)
      await vendor.voice.endCall('call-1')
      vendor.holds('call-1', lyingCall({ at: 'talking' }))
      vendor.endsWith('call-1', 404)
      await vendor.voice.endCall('call-1')
    })

    it.each([
      [500, { code: 'vendor_unavailable', retry: { when: 'backoff' } }],
      [403, { code: 'vendor_rejected', retry: { when: 'never' } }],
    ])('says of a call that is not ended (%i) whether to try again', async (status, expected) => {
      const vendor = create()
      vendor.holds('call-1', lyingCall({ at: 'talking' }))
      vendor.endsWith('call-1', status)
      await expect(vendor.voice.endCall('call-1')).rejects.toMatchObject(expected)
    })

    it('finds no call that was placed under another key', async () => {
      const vendor = create()
      vendor.lists([lyingCall({ id: 'call-2', key: 'flow-1:call:2' })])
      expect(await vendor.voice.findCall('flow-1:call', START)).toBeUndefined()
    })
  })
}

/** A request of which only what matters is given. */
export function callRequest(fields: Partial<CallRequest> = {}): CallRequest {
  return {
    to: '+14155550100',
    customerName: 'Ada',
    firstMessage: 'Hello, I am an AI and this call is recorded.',
    systemPrompt: 'Be brief.',
    language: 'en-US',
    maxDurationS: 600,
    record: true,
    webhookUrl: 'https://hub.example/api/v1/webhooks/call_completed',
    evaluation: { successCriteria: 'The customer is content.' },
    ...fields,
  }
}

function lyingCall(fields: Partial<LyingCall> = {}): LyingCall {
  return {
    id: 'call-1',
    key: 'flow-1:call',
    at: 'hung_up',
    startedAt: START,
    endedAt: START + 95_000,
    turns: [],
    summary: 'A call.',
    success: true,
    recordingUrl: null,
    costUsd: 0.1,
    ...fields,
  }
}
