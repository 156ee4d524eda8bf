import type { showFlow } from '../inbound/api/flows.ts'
import type { runOfFlow } from '../inbound/api/run.ts'
import type { EscalationsTable, WorkTable } from '../store/index.ts'
import type { DeskFigures } from '../store/rows/figures.ts'
import type { ListedFlow } from '../store/rows/flows.ts'
import { noteHubTime } from './hub-time.ts'
import { list, number, record, text } from './narrow.ts'
import { askForToken, token } from './token.ts'

/** The hub's answers. Its own code says their shape, so a change there that the page misses does not compile. */
export type Run = Awaited<ReturnType<typeof runOfFlow>>
export type Step = NonNullable<Run['flow']['steps']>[number]
export type LogLine = Run['logs'][number]
export type FlowRow = ReturnType<typeof showFlow<ListedFlow>>
export type Escalation = Omit<EscalationsTable, 'org'>
export type Figures = DeskFigures & {
  gaps: { desk: string; missed: number; recovered: number; polled_at: number | null }[]
}
export type DeadWork = Omit<WorkTable, 'org' | 'payload'> & { payload: unknown }
export type Page<T> = { data: T[]; nextCursor: string | null }

/** An answer that is not 2xx, with what the hub says of it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Sends the token where there is one; a 401 asks for it. */
export async function send(method: string, path: string, body?: unknown, signal?: AbortSignal) {
  const bearer = token()
  const response = await fetch(`./api/v1${path}`, {
    method,
    headers: {
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  })
  noteHubTime(response.headers.get('x-now'))
  if (response.status === 401) askForToken(bearer !== null)
  return response
}

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body).catch(() => {
    throw new ApiError(0, 'The hub cannot be reached.')
  })
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (!response.ok) throw new ApiError(response.status, problemText(answer, response.status))
  // Both ends are built from the same types; nothing in between could change them.
  return answer as T
}

function problemText(answer: unknown, status: number): string {
  const problem = record(answer)
  const issues = list(problem.errors).map(
    (issue) => `${text(record(issue).path)}: ${text(record(issue).message)}`,
  )
  return [text(problem.detail) ?? `The hub answered ${number(problem.status) ?? status}.`, ...issues].join(
    ' ',
  )
}

const query = (parameters: Record<string, string | undefined>) => {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

export const api = {
  flows: (filter: { status?: string; cursor?: string; limit?: string; ticket?: string }) =>
    call<Page<FlowRow>>('GET', `/ai/flows${query(filter)}`),
  run: (id: string) => call<Run>('GET', `/ai/flows/${id}/run`),
  cancel: (id: string, reason: string) => call<unknown>('POST', `/ai/flows/${id}/cancel`, { reason }),
  retry: (id: string) => call<unknown>('POST', `/ai/flows/${id}/retry`, {}),
  respond: (
    flow: string,
    step: string,
    response: { value: 'approve' | 'reject'; edit?: Record<string, string>; note?: string },
  ) => call<unknown>('POST', `/ai/flows/${flow}/steps/${step}/respond`, { response }),
  escalations: (filter: { status?: string; cursor?: string; limit?: string }) =>
    call<Page<Escalation>>('GET', `/escalations${query(filter)}`),
  escalation: (id: string) => call<Escalation>('GET', `/escalations/${id}`),
  claim: (id: string) => call<Escalation>('POST', `/escalations/${id}/claim`, {}),
  resolve: (id: string, note: string | null) =>
    call<Escalation>('POST', `/escalations/${id}/resolve`, { note }),
  dismiss: (id: string, reason: string) => call<Escalation>('POST', `/escalations/${id}/dismiss`, { reason }),
  figures: () => call<Figures>('GET', '/tickets/figures'),
  dead: () => call<Page<DeadWork>>('GET', '/work/dead?limit=20'),
  replay: (id: string) => call<unknown>('POST', `/work/dead/${id}/replay`, {}),
}
