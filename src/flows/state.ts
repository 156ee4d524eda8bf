import { z } from 'zod'
import type { EventType } from '../events/index.ts'
import type { Instant } from '../ports/index.ts'
import type { Executor, FlowStepsTable, FlowsTable } from '../store/index.ts'
import { getSteps } from '../store/rows/flow-steps.ts'
import { getFlow } from '../store/rows/flows.ts'
import type { OrgId } from '../work/index.ts'
import type { Scope } from './mappings.ts'
import type { Learned } from './outcome.ts'

const entities = z.record(z.string(), z.unknown())

/** What flows carry from step to step beside the steps' own results. */
export const Context = z.looseObject({
  params: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()),
  flow: z.object({ id: z.string() }),
  original_intent: z.string().optional(),
  available_skills: z.array(z.string()).optional(),
  resolved_entities: entities.optional(),
  created_entities: entities.optional(),
  suggestions: z.array(z.unknown()).optional(),
  user_input: z.unknown().optional(),
  event: entities.optional(),
  /** Event type, and event type with subject, → id of the last such event which this flow has used up. */
  consumed: z.record(z.string(), z.string()).optional(),
  /** For a branch: events count that came after this one, though it is older than the branch. */
  events_since: z.string().optional(),
  /** What a person said to look for where a search found nothing: for that step's `runs`-th execution. */
  search_again: z
    .object({ position: z.int(), runs: z.int(), param: z.string(), text: z.string(), rounds: z.int() })
    .nullish(),
  failure: z.object({ step: z.string(), title: z.string(), code: z.string(), error: z.string() }).optional(),
  approvedOnce: z.boolean().optional(),
})
export type Context = z.infer<typeof Context>

export const StepSettings = z.looseObject({
  on_timeout: z.int().nullable(),
  on_error: z.record(z.string(), z.int()),
  outcome: z.string().optional(),
  retries: z
    .object({ attempts: z.int().optional(), first: z.string().optional(), factor: z.number().optional() })
    .optional(),
  /** Set in replays: what an earlier flow came to at this step, by its execution (1, 2, …). It is not done again. */
  kept: z
    .object({
      flow: z.string(),
      results: z.record(
        z.string(),
        z.object({
          result: z.unknown(),
          learned: z.object({ resolved: entities.optional(), created: entities.optional() }).optional(),
        }),
      ),
    })
    .optional(),
  /** Set in replays, for a wait: events count that came after this one, which is older than the flow. */
  events_since: z.string().optional(),
  /** Set in undoing flows: the step that is taken back, and which of its effects. */
  undoes: z.object({ step: z.string(), effect: z.string() }).optional(),
})
export type StepSettings = z.infer<typeof StepSettings>

const SETTINGS_KEPT = 2_000
const SETTINGS_KEPT_CHARS = 16_384
const parsedSettings = new Map<z.ZodType, Map<string, unknown>>()

/** A step's settings by its type's schema. Flows of one template have the same texts: each is parsed once. */
export function settingsOf<Settings>(
  schema: z.ZodType<Settings>,
  step: Pick<FlowStepsTable, 'settings'>,
): Settings {
  const known = parsedSettings.get(schema) ?? new Map<string, unknown>()
  parsedSettings.set(schema, known)
  const before = known.get(step.settings)
  // What a schema has parsed is kept under that schema alone.
  if (before !== undefined) return before as Settings
  const settings = schema.parse(JSON.parse(step.settings))
  if (known.size >= SETTINGS_KEPT) known.clear()
  // A replay's hold whole results.
  if (step.settings.length <= SETTINGS_KEPT_CHARS) known.set(step.settings, settings)
  return settings
}

/** A flow loaded for a run; the engine keeps it in step with what it commits. */
export type FlowState = {
  flow: FlowsTable
  steps: FlowStepsTable[]
  context: Context
  /** For a branch: the flow outside, whose results its mappings may read. */
  parent?: FlowState
}

export async function loadFlow(read: Executor, org: OrgId, id: string): Promise<FlowState | undefined> {
  const flow = await getFlow(read, org, id)
  if (!flow) return undefined
  const state = { flow, steps: await getSteps(read, flow), context: contextOf(flow) }
  if (flow.branch === null || flow.parent_flow_id === null) return state
  const parent = await loadFlow(read, org, flow.parent_flow_id)
  return parent ? { ...state, parent } : state
}

/** A flow that waited, as it goes on: flow and step have the time since they began to wait counted as waiting. */
export function resumedAt(state: FlowState, now: Instant): FlowState {
  const { flow, steps } = state
  const step = steps[flow.position]
  if (flow.waiting_until === null || !step) return state
  const waited = Math.max(now - flow.updated_at, 0)
  return {
    ...state,
    flow: { ...flow, waited_ms: flow.waited_ms + waited },
    steps: steps.with(step.position, { ...step, waited_ms: step.waited_ms + waited }),
  }
}

export const contextOf = ({ context }: Pick<FlowsTable, 'context'>): Context =>
  Context.parse(JSON.parse(context))

/** What a flow has used up with this event. */
export const usedUp = (
  consumed: Context['consumed'],
  { id, type, subject }: { id: string; type: EventType; subject: string | null },
): NonNullable<Context['consumed']> => ({ ...consumed, [type]: id, [`${type} ${subject}`]: id })

/** The context with what a step taught the flow. */
export function learn(context: Context, learned: Learned): Context {
  const { resolved, created, userInput, searchAgain, consumed, approvedOnce } = learned
  return {
    ...context,
    ...(resolved ? { resolved_entities: { ...context.resolved_entities, ...resolved } } : {}),
    ...(created ? { created_entities: { ...context.created_entities, ...created } } : {}),
    ...(userInput !== undefined ? { user_input: userInput } : {}),
    ...(searchAgain !== undefined ? { search_again: searchAgain } : {}),
    ...(consumed ? { consumed: { ...context.consumed, ...consumed } } : {}),
    ...(approvedOnce ? { approvedOnce } : {}),
  }
}

/** The context by the names that clients and mappings know, whether anything has come of them yet or not. */
export function contextView({ flow, steps, context }: Pick<FlowState, 'flow' | 'steps' | 'context'>) {
  return {
    ...context,
    original_intent: context.original_intent ?? flow.original_request,
    get available_skills() {
      return context.available_skills ?? [...new Set(steps.flatMap(({ skill }) => skill ?? []))]
    },
    resolved_entities: context.resolved_entities ?? {},
    created_entities: context.created_entities ?? {},
    get step_results() {
      return steps.map(resultOf)
    },
    suggestions: context.suggestions ?? [],
  }
}

/** What this flow's mappings can see; the steps' results are parsed only where a mapping asks for them. */
export function scopeOf({ flow, steps, context, parent }: FlowState): Scope {
  const results: Record<string, unknown> = {}
  for (const step of steps) {
    Object.defineProperty(results, String(step.position), {
      enumerable: true,
      get: () => ({
        name: step.name,
        status: step.status,
        runs: step.runs,
        error: step.error,
        result: resultOf(step),
        user_response: step.user_response === null ? undefined : JSON.parse(step.user_response),
      }),
    })
  }
  return {
    params: context.params,
    context: contextView({ flow, steps, context }),
    settings: context.settings,
    event: context.event,
    failure: context.failure,
    user_input: context.user_input,
    flow: { id: flow.id, ticket: flow.ticket, customerId: flow.customer_id, outcome: flow.outcome },
    steps: results,
    ...(parent ? { parent: scopeOf(parent) } : {}),
  }
}

const resultOf = ({ result }: FlowStepsTable): unknown => (result === null ? undefined : JSON.parse(result))
