import { backoff, messageOf, never, VendorError } from '../../src/ops/errors.ts'

const TIMEOUT_MS = 10_000

/**
 * Ends a live call by the address that Vapi gives with it. It is another host than the API's, and takes no key
 * unless the assistant asks for one (`controlAuthenticationEnabled`), which ours do not: ours is not sent there.
 *
 * @see https://docs.vapi.ai/calls/call-features
 */
export async function hangUp(controlUrl: string, timeoutMs = TIMEOUT_MS): Promise<void> {
  const answer = await fetch(controlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'end-call' }),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    const hint = `Vapi could not be reached to end the call: ${messageOf(error)}`
    throw new VendorError({ code: 'vendor_unavailable', vendor: 'vapi', retry: backoff, hint }, error)
  })
  await answer.body?.cancel()
  // Gone between the look and the request: it is over.
  if (answer.ok || answer.status === 404 || answer.status === 410) return
  const hint = `Vapi answered ${answer.status} when it was asked to end the call`
  const mayWork = answer.status >= 500 || answer.status === 429 || answer.status === 408
  throw new VendorError({
    code: mayWork ? 'vendor_unavailable' : 'vendor_rejected',
    vendor: 'vapi',
    retry: mayWork ? backoff : never,
    hint,
  })
}
