import { type Executor, type FlowStepsTable, type FlowsTable, qb } from '../index.ts'

/** What flows and their steps came to, read in the order of their ids and by pages of bounded size. */

/** Flows with ids between these, both left out; of one template, of none (null: what was planned), or all. */
export type IdWindow = { after: string; before: string; template?: string | null }

const flowColumns = [
  'id',
  'template',
  'status',
  'outcome',
  'position',
  'fingerprint',
  'last_error',
  'retry_count',
  'spent_usd',
  'spent_tokens',
  'waited_ms',
  'started_at',
  'completed_at',
  'parent_flow_id',
  'undo_of',
] as const satisfies (keyof FlowsTable)[]

export type FlowFigures = Pick<FlowsTable, (typeof flowColumns)[number]>

export function flowFigures(
  read: Executor,
  org: string,
  { after, before, template }: IdWindow,
  limit: number,
): Promise<FlowFigures[]> {
  let query = qb
    .selectFrom('flows')
    .select(flowColumns)
    .where('org', '=', org)
    .where('id', '>', after)
    .where('id', '<', before)
  if (template === null) {
    // Branches and rollbacks are of no template either.
    for (const column of ['template', 'parent_flow_id', 'undo_of'] as const)
      query = query.where(column, 'is', null)
  } else if (template !== undefined) query = query.where('template', '=', template)
  return read.all(query.orderBy('id').limit(limit))
}

const stepColumns = [
  'flow_id',
  'position',
  'name',
  'title',
  'type',
  'skill',
  'status',
  'error_code',
  'waited_ms',
  'started_at',
  'completed_at',
] as const satisfies (keyof FlowStepsTable)[]

export type StepFigures = Pick<FlowStepsTable, (typeof stepColumns)[number]>

/** The steps of these flows that ended, one way or the other. */
export const stepFigures = (read: Executor, flows: readonly string[]): Promise<StepFigures[]> =>
  read.all(
    qb
      .selectFrom('flow_steps')
      .select(stepColumns)
      .where('flow_id', 'in', flows)
      .where('status', 'in', ['completed', 'failed', 'rolled_back']),
  )

export type OpenFlow = Pick<
  FlowsTable,
  'id' | 'template' | 'title' | 'status' | 'waiting_for' | 'waiting_until' | 'updated_at' | 'parent_flow_id'
> & { step: string | null; step_type: string | null }

/** Flows with this status after the id `after`, oldest first, with the step at which they stand. */
export function openFlows(
  read: Executor,
  org: string,
  about: { status: string; after: string; limit: number },
): Promise<OpenFlow[]> {
  return read.all(
    qb
      .selectFrom('flows')
      .leftJoin('flow_steps', (on) =>
        on.onRef('flow_steps.flow_id', '=', 'flows.id').onRef('flow_steps.position', '=', 'flows.position'),
      )
      .select([
        'flows.id',
        'flows.template',
        'flows.title',
        'flows.status',
        'flows.waiting_for',
        'flows.waiting_until',
        'flows.updated_at',
        'flows.parent_flow_id',
        'flow_steps.name as step',
        'flow_steps.type as step_type',
      ])
      .where('flows.org', '=', org)
      .where('flows.status', '=', about.status)
      .where('flows.id', '>', about.after)
      .orderBy('flows.id')
      .limit(about.limit),
  )
}

/** Failed flows of one fingerprint, oldest first; branches and sub-flows are their parents' to retry. */
export function failedAlike(
  read: Executor,
  org: string,
  about: { fingerprint: string; after: string; limit: number },
): Promise<Pick<FlowsTable, 'id' | 'title'>[]> {
  return read.all(
    qb
      .selectFrom('flows')
      .select(['id', 'title'])
      .where('org', '=', org)
      .where('fingerprint', '=', about.fingerprint)
      .where('id', '>', about.after)
      .where('status', '=', 'failed')
      .where('parent_flow_id', 'is', null)
      .orderBy('id')
      .limit(about.limit),
  )
}
