import type { ErrorRequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { InputError, Refused, VendorError } from '../ops/errors.ts'

/** RFC 9457, as every error of the REST door is answered. */
export type Problem = {
  type: string
  title: string
  status: number
  detail: string
  errors?: { path: string; message: string }[]
}

export function sendProblem(
  response: Response,
  status: number,
  code: string,
  detail: string,
  errors?: Problem['errors'],
) {
  const problem: Problem = {
    type: `urn:switchboard:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail,
    ...(errors && errors.length > 0 ? { errors } : {}),
  }
  response.status(status).type('application/problem+json').send(JSON.stringify(problem))
}

/** Turns what a handler throws into an answer. What we did not foresee is logged and says nothing of itself. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error)
    if (error instanceof InputError) {
      return sendProblem(response, error.status, error.code, error.message, error.issues)
    }
    if (error instanceof Refused) return sendProblem(response, 409, error.code, error.message)
    if (error instanceof VendorError) return sendProblem(response, 502, error.code, error.message)
    const body = bodyProblem(error)
    if (body) return sendProblem(response, body.status, body.code, body.detail)
    log.error({ err: error, method: request.method, path: request.path }, 'a request failed')
    sendProblem(response, 500, 'unexpected', 'Something went wrong here; the log has the details.')
  }
}

/** Express' own errors about what was sent: by their documented `type`, else by their status. */
function bodyProblem(error: unknown): { status: number; code: string; detail: string } | undefined {
  const type = error instanceof Error && 'type' in error ? error.type : undefined
  if (type === 'entity.too.large') {
    return { status: 413, code: 'too_large', detail: 'The body is larger than 1 MB.' }
  }
  if (type === 'entity.parse.failed') {
    return { status: 400, code: 'invalid_json', detail: 'The body is not valid JSON.' }
  }
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return { status: 415, code: 'unsupported_encoding', detail: 'The encoding of the body is not supported.' }
  }
  if (type === 'request.aborted')
    return { status: 400, code: 'aborted', detail: 'The body did not arrive whole.' }
  const status = error instanceof Error && 'status' in error ? error.status : undefined
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return {
      status,
      code: 'unreadable',
      detail: 'The request cannot be read: see its path, encoding and body.',
    }
  }
  return undefined
}
