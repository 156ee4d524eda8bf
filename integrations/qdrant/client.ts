import { QdrantClient } from '@qdrant/js-client-rest'
import { backoff, never, neverSent, VendorError, type VendorErrorCode } from '../../src/ops/errors.ts'

const TIMEOUT_MS = 30_000
const DEFAULT_PORT = 6333

/**
 * The vendor's client (npm @qdrant/js-client-rest 1.19.0). It would add port 6333 to an https address, drop a path,
 * and print a warning about a key over http, so all three are taken out of its hands.
 */
export function createQdrantClient(options: { url: string; apiKey: string | undefined }): QdrantClient {
  const url = new URL(options.url)
  const prefix = url.pathname.replace(/\/+$/, '')
  return new QdrantClient({
    url: url.origin,
    port: url.port ? Number(url.port) : url.protocol === 'https:' ? null : DEFAULT_PORT,
    ...(prefix && { prefix }),
    ...(options.apiKey && { headers: { 'api-key': options.apiKey } }),
    timeout: TIMEOUT_MS,
    checkCompatibility: false,
  })
}

/** Runs a request; every failure becomes a VendorError. Writes here are idempotent, but may have happened. */
export async function call<T>(kind: 'read' | 'write', run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw error instanceof VendorError ? error : toVendorError(error, kind)
  }
}

function toVendorError(error: unknown, kind: 'read' | 'write'): VendorError {
  const fail = (code: VendorErrorCode, hint: string, retry: VendorError['retry'] = never) =>
    new VendorError({ code, vendor: 'qdrant', retry, hint }, error)

  const status = statusOf(error)
  if (status === undefined) {
    const effect = kind === 'write' && !neverSent(error) ? 'unknown' : 'none'
    const hint = 'Qdrant cannot be reached or did not answer: is it running at QDRANT_URL?'
    return new VendorError(
      { code: 'vendor_unavailable', vendor: 'qdrant', retry: backoff, effect, hint },
      error,
    )
  }
  if (status === 401 || status === 403) return fail('vendor_auth', 'Qdrant refused: check QDRANT_API_KEY')
  if (status === 404) return fail('vendor_not_found', 'The collection is gone: restart to make it anew')
  // The SDK keeps the first digit of Retry-After only (`api-client.js`), so it cannot be believed.
  if (status === 429) return fail('vendor_rate_limited', 'Qdrant is overloaded', backoff)
  if (status < 500) return fail('vendor_rejected', `Qdrant refused (${status}): ${detailOf(error)}`)
  const effect = kind === 'write' ? 'unknown' : 'none'
  const hint = `Qdrant answered ${status}`
  return new VendorError(
    { code: 'vendor_unavailable', vendor: 'qdrant', retry: backoff, effect, hint },
    error,
  )
}

/** An `ApiError` of the SDK's generator, or its own class for a 429 with Retry-After. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.name === 'QdrantClientResourceExhaustedError') return 429
  return 'status' in error && typeof error.status === 'number' ? error.status : undefined
}

function detailOf(error: unknown): string {
  return error instanceof Error && 'data' in error
    ? JSON.stringify(error.data ?? '').slice(0, 200)
    : 'no detail'
}
