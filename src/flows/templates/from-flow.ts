import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import type { Executor, FlowsTable } from '../../store/index.ts'
import { getCustomer } from '../../store/rows/customers.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import type { OrgId } from '../../work/index.ts'
import { isFinal, type StepDefinition, type TemplateDefinition } from '../definition.ts'
import { pathsIn } from '../mappings.ts'
import { conflict, needFlow } from '../need.ts'
import { mapGotos } from '../planner/gotos.ts'
import { Context } from '../state.ts'
import { definitionsOf } from '../uncompile.ts'
import { findTemplate } from './find.ts'
import { type ParamFrom, withParams } from './params-of.ts'
import { personalIn } from './personal.ts'

export type FromFlow = {
  flow: string
  title?: string | undefined
  description?: string | undefined
  params: Readonly<Record<string, ParamFrom>>
}

/** A definition whose steps are not checked yet. */
export type Unchecked = Omit<TemplateDefinition, 'name' | 'version' | 'steps' | 'bounds'> & {
  steps: unknown[]
}

/**
 * A template out of a flow that is over: its steps with names for positions, parameters for values. Throws
 * InputError: 404 `unknown_flow`; 409 `conflict` while it runs; 400 `bad_params`; 422 `personal_data` with every
 * place that still holds what is one customer's or one case's.
 */
export async function templateOfFlow(read: Executor, org: OrgId, given: FromFlow): Promise<Unchecked> {
  const flow = await needFlow(read, org, given.flow)
  if (!isFinal(flow.status) || flow.undo_of !== null || flow.branch !== null) {
    const why = isFinal(flow.status) ? 'it is a part of another flow' : `it is ${flow.status}`
    throw conflict(`Only a flow that is over makes a template; ${why}.`)
  }
  const written = definitionsOf(await getSteps(read, flow))
  const started = Context.parse(JSON.parse(flow.context)).params
  const { steps, params, text } = withParams(withoutTraces(written), given.params, started)
  const title = given.title ?? text(flow.title)
  const inherited = await paramsRead(read, flow, started, { steps, title, own: params })
  const made = {
    title,
    description: given.description ?? '',
    params: { ...inherited, ...params },
    assigned_to_ai: flow.fence !== null,
    deadline: durationText(flow.deadline_at - flow.created_at),
    steps,
  }
  const customer = flow.customer_id ? await getCustomer(read, org, flow.customer_id) : undefined
  // Shapes are checked later; here only texts are looked for.
  const findings = personalIn({ ...made, steps: steps as StepDefinition[] }, customer)
  if (findings.length === 0) return made
  throw new InputError('personal_data', 'The flow holds what is one customer’s or one case’s.', {
    status: 422,
    issues: findings,
  })
}

/** What a flow has of its own occasion: the question whether its plan may run, events of the flow that it replayed. */
function withoutTraces(steps: readonly StepDefinition[]): StepDefinition[] {
  const isAsking = (step: StepDefinition | undefined) =>
    step?.type === 'user_prompt' && step.confirms_plan === true
  const after = (to: string | number) => {
    const at = steps.findIndex(({ name }) => name === to)
    return isAsking(steps[at]) ? (steps[at + 1]?.name ?? 'end') : to
  }
  return steps
    .filter((step) => !isAsking(step))
    .map((step) => mapGotos(step, after))
    .map((step) =>
      step.type === 'wait_event'
        ? { ...step, alternatives: step.alternatives.filter(({ correlation }) => !/^flw_/.test(correlation)) }
        : step,
    )
}

/** The parameters that are read already: as the flow's template has them, else as the flow was given them. */
async function paramsRead(
  read: Executor,
  flow: FlowsTable,
  started: Record<string, unknown>,
  { steps, title, own }: { steps: readonly unknown[]; title: string; own: Record<string, unknown> },
): Promise<TemplateDefinition['params']> {
  const paths = pathsIn({ steps, title }).filter((path) => path.startsWith('params.'))
  const names = new Set(paths.map((path) => path.split('.')[1] ?? ''))
  const template = flow.template ? await findTemplate(read, flow.org, flow.template) : undefined
  const entries = [...names]
    .filter((name) => !Object.hasOwn(own, name))
    .map((name) => {
      const type = z
        .enum(['string', 'number', 'boolean'])
        .catch('string')
        .parse(typeof started[name])
      return [name, template?.params[name] ?? { type, description: name, required: true }] as const
    })
  return Object.fromEntries(entries)
}

/** In the largest unit that tells it without a remainder. */
function durationText(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
  ] as const) {
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  }
  return `${ms}ms`
}
