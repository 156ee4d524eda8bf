import { z } from 'zod'
import { backoff, never, VendorError } from '../../src/ops/errors.ts'
import type { CallSnapshot, Check, Instant, VoiceProvider } from '../../src/ports/index.ts'
import { callBodyOf, type VapiCallSettings } from './assistant.ts'
import { type AskVapi, createVapiClient, type VapiConfig } from './client.ts'
import { hangUp } from './control.ts'
import { tagOf } from './key.ts'
import { recordingUrlOf, snapshotOf, stateOf, type VapiCall, VapiCallSchema } from './snapshot.ts'

export type VapiVoiceConfig = VapiConfig & VapiCallSettings

/** The list's own limit (Vapi's OpenAPI description); it has no cursor. */
const PAGE_SIZE = 1000
const PAGES_MAX = 5
/** By how much Vapi's clock may be behind ours. */
const CLOCK_MARGIN_MS = 5 * 60_000

/**
 * Calls through Vapi. Vapi has no idempotency key: a call is dialled by one request that is never repeated
 * here, and `findCall` looks it up by our key where the answer was lost. A call that was started a moment ago
 * may not be in the list yet.
 *
 * @see https://docs.vapi.ai/api-reference/calls/create
 */
export function createVapiVoice(config: VapiVoiceConfig, timeoutMs?: number): VoiceProvider {
  const ask = createVapiClient(config, timeoutMs)
  return {
    name: 'vapi',
    async initiateCall(request, { key }) {
      const body = callBodyOf(request, key, config)
      const call = await ask(
        { write: true, answer: z.object({ id: z.string().min(1) }) },
        async (sdk, options) => (await sdk.calls()).create(body, options),
      )
      return { providerCallId: call.id }
    },
    async getCallStatus(providerCallId) {
      const call = await getCall(ask, providerCallId)
      return call && snapshotOf(call)
    },
    async getCallRecording(providerCallId) {
      const call = await getCall(ask, providerCallId)
      if (!call) return undefined
      const { presignedMonoUrl, presignedUrlsExpiresAt } = call.artifact ?? {}
      if (presignedMonoUrl) return { url: presignedMonoUrl, expiresAt: presignedUrlsExpiresAt ?? null }
      const url = recordingUrlOf(call)
      return url === null ? undefined : { url, expiresAt: null }
    },
    endCall: (providerCallId) => endCall(ask, providerCallId, timeoutMs),
    findCall: (key, since) => findCall(ask, config.VAPI_PHONE_NUMBER_ID, key, since),
    check: () => check(ask, config.VAPI_PHONE_NUMBER_ID),
  }
}

async function getCall(ask: AskVapi, id: string): Promise<VapiCall | undefined> {
  try {
    return await ask({ write: false, answer: VapiCallSchema }, async (sdk, options) =>
      (await sdk.calls()).get({ id }, options),
    )
  } catch (error) {
    if (error instanceof VendorError && error.code === 'vendor_not_found') return undefined
    throw error
  }
}

async function endCall(ask: AskVapi, id: string, timeoutMs?: number): Promise<void> {
  const call = await getCall(ask, id)
  if (!call || stateOf(call.status) === 'ended') return
  const url = call.monitor?.controlUrl
  if (url) return hangUp(url, timeoutMs)
  const hint = 'Vapi gives no way to end this call: live control is switched off for its assistant'
  throw new VendorError({ code: 'vendor_rejected', vendor: 'vapi', retry: never, hint })
}

/** Throws rather than says no when there are more calls than it can look through: "no" would be dialled again. */
async function findCall(
  ask: AskVapi,
  phoneNumberId: string,
  key: string,
  since: Instant,
): Promise<CallSnapshot | undefined> {
  const createdAtGe = new Date(since - CLOCK_MARGIN_MS).toISOString()
  const answer = z.array(VapiCallSchema)
  let createdAtLe: string | undefined
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const query = { phoneNumberId, createdAtGe, limit: PAGE_SIZE, ...(createdAtLe && { createdAtLe }) }
    const calls = await ask({ write: false, answer }, async (sdk, options) =>
      (await sdk.calls()).list(query, options),
    )
    const found = calls.find((call) => isOurs(call, key))
    if (found) return snapshotOf(found)
    if (calls.length < PAGE_SIZE) return undefined
    // Newest first, so the rest is older than the oldest of this page.
    const oldest = Math.min(...calls.map((call) => call.createdAt ?? Number.POSITIVE_INFINITY))
    const next = Number.isFinite(oldest) ? new Date(oldest).toISOString() : createdAtLe
    if (next === createdAtLe) break
    createdAtLe = next
  }
  const hint = 'There are too many calls at Vapi since then to tell whether this one was placed'
  throw new VendorError({ code: 'vendor_unavailable', vendor: 'vapi', retry: backoff, hint })
}

function isOurs(call: VapiCall, key: string): boolean {
  const tag = tagOf(key)
  return snapshotOf(call).key === key || call.customer?.externalId === tag || call.name === tag
}

/** Reads the phone number: a wrong key and a wrong number are the two mistakes one can make. */
async function check(ask: AskVapi, id: string): Promise<Check> {
  try {
    const answer = z.object({ number: z.string().nullish(), provider: z.string().nullish() })
    const found = await ask({ write: false, answer }, async (sdk, options) =>
      (await sdk.phoneNumbers()).get({ id }, options),
    )
    return {
      ok: true,
      detail: `Calls go out from ${found.number ?? 'a SIP line'} (${found.provider ?? 'vapi'})`,
    }
  } catch (error) {
    if (!(error instanceof VendorError)) throw error
    const isUnknown = error.code === 'vendor_not_found'
    const hint = isUnknown ? 'VAPI_PHONE_NUMBER_ID is no number of this account' : error.hint
    return { ok: false, detail: error.code, hint }
  }
}
