import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import type { Executor } from '../../store/index.ts'
import { type ChildFlow, childrenOfRun, resultOfFlow } from '../../store/rows/flow-children.ts'
import { getFlow } from '../../store/rows/flows.ts'
import { failureOf, tooDeep, waitForChildren } from '../children.ts'
import type { CompiledStep } from '../compile.ts'
import { isFinal } from '../definition.ts'
import type { Child, Learned, StepOutcome } from '../outcome.ts'
import { type Context, contextOf, type FlowState, settingsOf } from '../state.ts'
import type { StepRun } from './run.ts'

const BranchStep: z.ZodType<CompiledStep> = z.object({
  type: z.string(),
  name: z.string(),
  skill: z.string().nullable(),
  title: z.string(),
  description: z.string().nullable(),
  input_params: z.string(),
  param_mappings: z.string(),
  settings: z.string(),
  on_success_goto: z.int().nullable(),
  on_fail_goto: z.int().nullable(),
})

const Settings = z.looseObject({
  branches: z.array(z.object({ name: z.string(), title: z.string(), steps: z.array(BranchStep) })),
  concurrency: z.int(),
  join: z.enum(['all', 'first']),
})
type Settings = z.infer<typeof Settings>
type Branch = Settings['branches'][number]

/**
 * Runs branches side by side, each a flow of its own. `all`: every one must complete, and the first that fails
 * fails the step. `first`: the first that completes is enough. Whatever else is under way then is cancelled.
 */
export async function parallel(run: StepRun): Promise<StepOutcome> {
  const { deps, state, step } = run
  const { read } = deps.store
  const settings = settingsOf(Settings, step)
  const children = await childrenOfRun(read, step)
  const open = children.filter(({ status }) => !isFinal(status))
  const completed = inOrderOfEnd(children.filter(({ status }) => status === 'completed'))
  const lost = inOrderOfEnd(children.filter(({ status }) => status === 'failed' || status === 'cancelled'))
  const isLast = children.length === settings.branches.length && open.length === 0

  const [failed] = settings.join === 'all' ? lost : lost.slice(-1)
  if (failed && (settings.join === 'all' || (isLast && completed.length === 0)))
    return failureOf(read, failed)
  if (settings.join === 'first' ? completed.length > 0 : isLast)
    return joined(read, state, settings, children)

  const deep = tooDeep(state.flow)
  if (deep) return deep
  const started = new Set(children.map(({ branch }) => branch))
  const starting = settings.branches
    .filter(({ name }) => !started.has(name))
    .slice(0, Math.max(settings.concurrency - open.length, 0))
  const left = settings.branches.length - completed.length - lost.length
  const what =
    settings.join === 'first'
      ? `the first of ${settings.branches.length} branches of "${step.title}"`
      : `${left} of ${settings.branches.length} branches of "${step.title}"`
  const now = deps.clock.now()
  const toStart = starting.map((branch) => childOf(state, branch, now))
  return waitForChildren(state, step, { open, children: toStart, what }, now)
}

const inOrderOfEnd = (children: ChildFlow[]) =>
  children.toSorted((a, b) => (a.completed_at ?? 0) - (b.completed_at ?? 0))

/** A branch knows what its parent knows by then. Its own steps come after those, for events as for approvals. */
function childOf({ flow, context }: FlowState, { name, title, steps }: Branch, now: number): Child {
  const { resolved_entities, created_entities, event, user_input, original_intent, available_skills } =
    context
  const known = {
    resolved_entities,
    created_entities,
    event,
    user_input,
    original_intent,
    available_skills,
    approvedOnce: context.approvedOnce,
    consumed: context.consumed,
    events_since: context.events_since ?? `evt_${flow.id.slice(4)}`,
  }
  return {
    plan: {
      template: null,
      version: null,
      title,
      deadlineMs: Math.max(flow.deadline_at - now, 0),
      // Its parent's hold for all of its branches together.
      bounds: {},
      steps,
    },
    params: context.params,
    context: known,
    branch: name,
  }
}

async function joined(
  read: Executor,
  state: FlowState,
  { branches, join }: Settings,
  children: ChildFlow[],
): Promise<StepOutcome> {
  const results: Record<string, unknown> = {}
  const contexts: Context[] = []
  for (const { name } of branches) {
    const child = children.find(({ branch }) => branch === name)
    const isDone = child?.status === 'completed'
    results[name] = {
      status: child === undefined ? 'skipped' : isFinal(child.status) ? child.status : 'cancelled',
      outcome: child?.outcome ?? null,
      result: isDone ? await resultOfFlow(read, child.id) : null,
      flow_id: child?.id ?? null,
    }
    const flow = isDone ? await getFlow(read, child.org, child.id) : undefined
    if (flow) contexts.push(contextOf(flow))
  }
  const first = inOrderOfEnd(children.filter(({ status }) => status === 'completed'))[0]
  return {
    kind: 'done',
    result: { branches: results, ...(join === 'first' ? { first: first?.branch ?? null } : {}) },
    learned: learnedIn(state.context, contexts),
    ...(join === 'first' && first ? { note: `"${first.title}" was first` } : {}),
  }
}

/** What is new in the branches: each began with what the parent knew, and must not bring back what another changed. */
function learnedIn(before: Context, branches: readonly Context[]): Learned {
  const news = (of: 'resolved_entities' | 'created_entities') =>
    Object.fromEntries(
      branches.flatMap((branch) =>
        Object.entries(branch[of] ?? {}).filter(
          ([name, value]) => !isDeepStrictEqual(before[of]?.[name], value),
        ),
      ),
    )
  const consumed = { ...before.consumed }
  for (const [what, id] of branches.flatMap((branch) => Object.entries(branch.consumed ?? {}))) {
    if (id > (consumed[what] ?? '')) consumed[what] = id
  }
  return {
    resolved: news('resolved_entities'),
    created: news('created_entities'),
    consumed,
    ...(branches.some(({ approvedOnce }) => approvedOnce) ? { approvedOnce: true } : {}),
  }
}
