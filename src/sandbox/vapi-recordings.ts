import { createHmac } from 'node:crypto'
import type { RecordingLinks } from './vapi-wire.ts'

const LINK_LIFE_MS = 60 * 60_000
const LINK_KEY = 'recording-links-of-the-sandbox'

/** The lasting link, which wants the API key, and one that opens by itself for an hour. */
export function linksOf(callId: string, baseUrl: string, now: number): RecordingLinks {
  const expiresAt = now + LINK_LIFE_MS
  const permanent = `${baseUrl}/recordings/${callId}.wav`
  return {
    permanent,
    presigned: `${permanent}?expires=${expiresAt}&token=${tokenOf(callId, expiresAt)}`,
    expiresAt,
  }
}

/** Whether a presigned link's query still opens this call's recording. */
export function opens(callId: string, query: URLSearchParams, now: number): boolean {
  const expires = Number(query.get('expires') ?? Number.NaN)
  return expires >= now && query.get('token') === tokenOf(callId, expires)
}

function tokenOf(callId: string, expiresAt: number): string {
  return createHmac('sha256', LINK_KEY).update(`${callId}.${expiresAt}`).digest('hex').slice(0, 32)
}
