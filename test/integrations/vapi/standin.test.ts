import { describe, expect, it, vi } from 'vitest'
import { vapi } from '../../../integrations/vapi/index.ts'
import { createVapiVoice } from '../../../integrations/vapi/voice.ts'
import type { CallSnapshot, WebhookDoor } from '../../../src/ports/index.ts'
import { addPerson, type CallMood } from '../../../src/sandbox/world.ts'
import { callRequest } from '../../contracts/voice.ts'
import { sandboxWithDoor } from '../door.ts'

const TO = '+4930123456'

const start = async (call: CallMood = 'agrees') => {
  const { webhook } = vapi
  if (!webhook) throw new Error('Vapi has no door')
  const door: WebhookDoor<ReturnType<typeof vapi.config.parse>> = webhook
  const arranged = await sandboxWithDoor(door, (env) => vapi.config.parse(env))
  const { sandbox, config, events, hubUrl } = arranged
  addPerson(sandbox.world, { name: 'Ada', phone: TO, createdAt: 0, call })
  const voice = createVapiVoice(config)
  const reported = (state: CallSnapshot['state']) =>
    vi.waitUntil(() =>
      events
        .flatMap((event) => (event.type === 'call_reported' ? [event.call] : []))
        .find((one) => one.state === state),
    )
  const request = callRequest({ to: TO, webhookUrl: `${hubUrl}/api/v1/webhooks/call_completed` })
  return { ...arranged, voice, reported, request, dialled: () => Object.values(sandbox.world.calls) }
}

describe("Vapi's client and door against its stand-in", () => {
  it('hear of a call until it is over, and find it the same when they ask', async () => {
    const { voice, reported, request, refused } = await start()
    const { providerCallId } = await voice.initiateCall(request, { key: 'flow-1:call' })
    const ended = await reported('ended')
    expect(ended).toMatchObject({ providerCallId, key: 'flow-1:call', outcome: 'answered', success: true })
    expect(ended.turns[0]).toMatchObject({ speaker: 'assistant', text: request.firstMessage })
    expect(ended.turns.some(({ speaker }) => speaker === 'customer')).toBe(true)
    expect(await reported('ringing')).toMatchObject({ providerCallId, outcome: null })
    expect(await voice.getCallStatus(providerCallId)).toEqual(ended)
    expect(refused).toEqual([])
  })

  it.each<[CallMood, CallSnapshot['outcome']]>([
    ['no_answer', 'no_answer'],
    ['busy', 'busy'],
    ['voicemail', 'voicemail'],
    ['invalid', 'invalid_number'],
  ])('know that %s ends as %s', async (mood, outcome) => {
    const { voice, reported, request } = await start(mood)
    await voice.initiateCall(request, { key: 'k' })
    expect(await reported('ended')).toMatchObject({ outcome })
  })

  it('find the call whose answer was lost, instead of dialling again', async () => {
    const { voice, sandbox, request, dialled } = await start()
    const since = Date.now()
    sandbox.standIns.vapi.faults.push({ on: 'POST /call', kind: 'timeout_after_effect', times: 1 })
    await expect(voice.initiateCall(request, { key: 'k' })).rejects.toMatchObject({ effect: 'unknown' })
    expect(dialled()).toHaveLength(1)
    expect(await voice.findCall('k', since)).toMatchObject({ providerCallId: dialled()[0]?.id })
    expect(await voice.findCall('another', since)).toBeUndefined()
  })

  it('end a call that talks, which nobody can end twice', async () => {
    const { voice, sandbox, reported, request } = await start()
    sandbox.world.settings.pace.callTalking = 60_000
    const { providerCallId } = await voice.initiateCall(request, { key: 'k' })
    await reported('in_progress')
    await voice.endCall(providerCallId)
    expect(await reported('ended')).toMatchObject({ providerCallId, endedReason: 'manually-canceled' })
    await voice.endCall(providerCallId)
  })

  it('ask once on a server error, and are in doubt', async () => {
    const { voice, sandbox, request } = await start()
    sandbox.standIns.vapi.faults.push({ on: 'POST /call', kind: { status: 500 }, times: 3 })
    await expect(voice.initiateCall(request, { key: 'k' })).rejects.toMatchObject({ effect: 'unknown' })
    expect(sandbox.standIns.vapi.seen.filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  it('bring a recording that can be fetched, and none where none was wanted', async () => {
    const { voice, reported, request } = await start()
    const { providerCallId } = await voice.initiateCall(request, { key: 'k' })
    await reported('ended')
    const recording = await voice.getCallRecording(providerCallId)
    expect(recording?.expiresAt).toBeGreaterThan(Date.now())
    expect((await fetch(recording?.url ?? '')).status).toBe(200)

    const silent = await voice.initiateCall({ ...request, record: false }, { key: 'k2' })
    await vi.waitUntil(async () => (await voice.getCallStatus(silent.providerCallId))?.state === 'ended')
    expect(await voice.getCallRecording(silent.providerCallId)).toBeUndefined()
  })

  it('have a number refused that is none', async () => {
    const { voice, request } = await start()
    const calling = voice.initiateCall({ ...request, to: '030 123456' }, { key: 'k' })
    await expect(calling).rejects.toMatchObject({
      code: 'vendor_rejected',
      hint: expect.stringContaining('E.164'),
    })
  })

  it('find the account in order', async () => {
    const { voice } = await start()
    expect(await voice.check()).toMatchObject({ ok: true })
  })
})
