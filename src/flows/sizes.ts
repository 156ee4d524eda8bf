import { InputError } from '../ops/errors.ts'

/** What people and programs give a flow: enough for any request, too little to fill the store with one. */
const GIVEN_MAX_BYTES = 256 * 1024
/** A result is carried along by its flow's row of steps: what is larger belongs elsewhere, with its id here. */
const RESULT_MAX_BYTES = 1024 * 1024
/** A context is written anew by every step that adds to it. */
const CONTEXT_MAX_BYTES = 4 * 1024 * 1024

const kib = (bytes: number) => Math.ceil(bytes / 1024)

/** Throws InputError 413 `params_too_large`. `what`: like "The parameters take". */
export function checkGiven(what: string, given: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(given) ?? '')
  if (bytes <= GIVEN_MAX_BYTES) return
  const sizes = `${what} ${kib(bytes)} KiB; at most ${kib(GIVEN_MAX_BYTES)} KiB fit.`
  throw new InputError('params_too_large', sizes, { status: 413 })
}

/** Why a step's result cannot be kept; undefined where it can. */
export function tooLargeResult(title: string, json: string): { code: string; error: string } | undefined {
  const bytes = Buffer.byteLength(json)
  if (bytes <= RESULT_MAX_BYTES) return undefined
  const error = `The result of "${title}" takes ${kib(bytes)} KiB; at most ${kib(RESULT_MAX_BYTES)} fit.`
  return { code: 'result_too_large', error }
}

/** Why a flow cannot know what a step taught it; undefined where it can. */
export function tooLargeContext(
  title: string,
  context: unknown,
): { code: string; error: string } | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(context))
  if (bytes <= CONTEXT_MAX_BYTES) return undefined
  const sizes = `${kib(bytes)} KiB; at most ${kib(CONTEXT_MAX_BYTES)} fit`
  const error = `With what "${title}" found the flow's context takes ${sizes}.`
  return { code: 'context_too_large', error }
}
