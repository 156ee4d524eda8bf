import { z } from 'zod'

/** The hub's REST door as a person's tool sees it; the demo and the tests use nothing else. */

const Step = z.looseObject({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  type: z.string(),
  status: z.string(),
  runs: z.number(),
  started_at: z.number().nullable(),
  completed_at: z.number().nullable(),
  error: z.string().nullable(),
})
export type ShownStep = z.infer<typeof Step>

const Flow = z.looseObject({
  id: z.string(),
  status: z.string(),
  outcome: z.string().nullable(),
  title: z.string(),
  waiting_for: z.string().nullable(),
  waiting_until: z.number().nullable(),
  last_error: z.string().nullable(),
  steps: z.array(Step).optional(),
})
export type ShownFlow = z.infer<typeof Flow>

const LogLine = z.looseObject({
  id: z.string(),
  type: z.string(),
  message: z.string(),
  step_id: z.string().nullable(),
  at: z.number(),
})
export type ShownLog = z.infer<typeof LogLine>

export type HubClient = ReturnType<typeof createHubClient>

/** Throws Error with the problem's detail for every answer that is not 2xx. */
export function createHubClient(url: string, token?: string) {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const json: unknown = text === '' ? undefined : JSON.parse(text)
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
    return json
  }
  return {
    call,
    async flowsOf(ticket: string): Promise<ShownFlow[]> {
      const answer = await call('GET', `/ai/flows?ticket=${encodeURIComponent(ticket)}`)
      return z.object({ data: z.array(Flow) }).parse(answer).data
    },
    async flow(id: string): Promise<ShownFlow & { steps: ShownStep[] }> {
      const { flow } = z.object({ flow: Flow }).parse(await call('GET', `/ai/flows/${id}`))
      return { ...flow, steps: flow.steps ?? [] }
    },
    async logs(id: string, after?: string): Promise<ShownLog[]> {
      const answer = await call('GET', `/ai/flows/${id}/logs?limit=200${after ? `&cursor=${after}` : ''}`)
      return z.object({ data: z.array(LogLine) }).parse(answer).data
    },
    respond(flowId: string, stepId: string, value: string): Promise<unknown> {
      return call('POST', `/ai/flows/${flowId}/steps/${stepId}/respond`, { response: { value } })
    },
    approve(flowId: string, stepId: string): Promise<unknown> {
      return this.respond(flowId, stepId, 'approve')
    },
  }
}
