import { InputError } from '../../ops/errors.ts'
import { failedAlike } from '../../store/rows/flow-analytics.ts'
import type { OrgId } from '../../work/index.ts'
import { type ControlDeps, retryFlow } from '../control.ts'

/**
 * Retries failed flows of one cause, oldest first, each as if by hand; what cannot be retried is told, and keeps
 * nothing else back. `nextCursor` goes on after them. Throws InputError 404 where no failed flow has the cause.
 */
export async function retryAlike(
  deps: ControlDeps,
  org: OrgId,
  about: { fingerprint: string; limit: number; cursor?: string | undefined },
  actor: string,
) {
  const { fingerprint, limit, cursor: after = '' } = about
  const found = await failedAlike(deps.store.read, org, { fingerprint, after, limit: limit + 1 })
  if (found.length === 0 && after === '') {
    throw new InputError('unknown_failure', `No failed flow has the fingerprint ${fingerprint}.`, {
      status: 404,
    })
  }
  const page = found.slice(0, limit)
  const retried: string[] = []
  const refused: { flow: string; title: string; code: string; reason: string }[] = []
  for (const { id, title } of page) {
    try {
      await retryFlow(deps, org, id, actor)
      retried.push(id)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      refused.push({ flow: id, title, code: error.code, reason: error.message })
    }
  }
  return {
    fingerprint,
    retried,
    refused,
    nextCursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
  }
}
