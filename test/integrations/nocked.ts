import nock from 'nock'
import { afterEach, beforeEach } from 'vitest'
import { expectDescribed } from '../specs.ts'

/** A request as it left us. `body`: the object of a JSON body, the fields of a form, else the text. */
export type Call = {
  method: string
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  body: unknown
}

const JSON_HEADERS = { 'content-type': 'application/json' }

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> }

/**
 * A vendor at `base` that gives the answers told, each once and in order, and keeps what it was asked. After each
 * test every request is held against the vendor's description (`spec`; null where there is none), and an answer
 * that nobody fetched fails the test.
 */
export function nocked(base: string, spec: string | null, options: { allow?: string[] } = {}) {
  const calls: Call[] = []

  beforeEach(() => {
    calls.length = 0
    nock.cleanAll()
    nock.disableNetConnect()
  })
  afterEach(async () => {
    const left = nock.pendingMocks()
    nock.cleanAll()
    nock.enableNetConnect()
    if (left.length) throw new Error(`never asked for: ${left}`)
    for (const { method, path, query, headers, body } of spec ? calls : []) {
      const url = `http://vendor${path}`
      const contentType = headers['content-type'] ?? 'application/json'
      await expectDescribed(spec ?? '', { method, url, query, body, contentType, ...options })
    }
  })

  function intercept(method: string, path: string) {
    return nock(base)
      .intercept(path, method)
      .query(() => true)
  }

  return {
    calls,
    /** The next answer to this request; the body may be made from the call. */
    answers(method: string, path: string, answer: Answer | ((call: Call) => Answer)) {
      intercept(method, path).reply(async (request: Request) => {
        const url = new URL(request.url)
        const headers = Object.fromEntries(request.headers)
        const body = bodyOf(await request.text(), headers['content-type'] ?? '')
        const call = { method, path: url.pathname, query: url.searchParams, headers, body }
        calls.push(call)
        const reply = typeof answer === 'function' ? answer(call) : answer
        return [reply.status ?? 200, JSON.stringify(reply.body ?? {}), { ...JSON_HEADERS, ...reply.headers }]
      })
    },
    /** The next request breaks: `ECONNREFUSED` before it was sent, `ECONNRESET` after. */
    breaks(method: string, path: string, code: 'ECONNREFUSED' | 'ECONNRESET') {
      intercept(method, path).replyWithError(Object.assign(new Error(`socket: ${code}`), { code }))
    },
  }
}

function bodyOf(text: string, contentType: string): unknown {
  if (!text) return undefined
  if (contentType.includes('json')) return JSON.parse(text)
  if (!contentType.includes('form-urlencoded')) return text
  return Object.fromEntries(
    [...new URLSearchParams(text)].map(([name, value]) => [
      name,
      /^[[{]/.test(value) ? JSON.parse(value) : value,
    ]),
  )
}
