import { z } from 'zod'
import { type TriggerType, triggerTypes } from '../../events/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { FlowTriggersTable } from '../../store/index.ts'
import { changeTrigger, deleteTrigger, getTrigger, insertTrigger } from '../../store/rows/flow-triggers.ts'
import type { OrgId } from '../../work/index.ts'
import { Condition } from '../definition.ts'
import { checkStart, type StartDeps } from '../start-by-request.ts'
import { needTemplate } from '../templates/find.ts'
import { checkTrigger, sampleParams } from './check-trigger.ts'

const CONDITIONS_MAX = 20
const isTriggerType = (type: string): type is TriggerType => triggerTypes.some((one) => one === type)

/** A trigger as it is asked for. */
export const TriggerInput = z.object({
  name: z.string().min(1).max(200).describe('For people'),
  event: z
    .string()
    .refine(isTriggerType, `must be one of ${triggerTypes.join(', ')}`)
    .describe('The type of event, like ticket_closed'),
  conditions: z
    .array(Condition)
    .max(CONDITIONS_MAX)
    .default([])
    .describe('All must hold, like {"if": "{{event.outcome}}", "eq": "resolved"}'),
  template: z.string().describe('Which template it starts'),
  params: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Values, or fields of the event like {{event.ticket}}'),
  enabled: z.boolean().default(true).describe('Whether it starts anything'),
})
export type TriggerInput = z.infer<typeof TriggerInput>

/** Throws InputError: unknown template, parameters that do not fit it, what the event does not have. */
export async function createTrigger(
  deps: StartDeps,
  org: OrgId,
  { event, conditions, params, enabled, ...given }: TriggerInput,
  by: string,
): Promise<FlowTriggersTable> {
  await check(deps, org, { event: typeOf(event), conditions, params, template: given.template })
  const now = deps.clock.now()
  const trigger: FlowTriggersTable = {
    ...given,
    id: deps.newId('trg'),
    org,
    event_type: event,
    conditions: JSON.stringify(conditions),
    params: JSON.stringify(params),
    enabled: Number(enabled),
    last_at: null,
    last_event_id: null,
    last_flow_id: null,
    last_error: null,
    created_by: by,
    created_at: now,
    updated_at: now,
  }
  await deps.store.write((tx) => tx.run(insertTrigger(trigger)))
  return trigger
}

export async function switchTrigger(deps: StartDeps, org: OrgId, id: string, enabled: boolean) {
  if (enabled) {
    const trigger = await needTrigger(deps, org, id)
    await check(deps, org, { ...partsOf(trigger), template: trigger.template })
  }
  const change = { enabled: Number(enabled), updated_at: deps.clock.now() }
  await deps.store.write((tx) => changeTrigger(tx, org, id, change))
  return needTrigger(deps, org, id)
}

export async function removeTrigger(deps: StartDeps, org: OrgId, id: string): Promise<void> {
  const removed = await deps.store.write((tx) => deleteTrigger(tx, org, id))
  if (!removed) throw unknownTrigger(id)
}

export async function needTrigger(
  deps: Pick<StartDeps, 'store'>,
  org: OrgId,
  id: string,
): Promise<FlowTriggersTable> {
  const trigger = await getTrigger(deps.store.read, org, id)
  if (!trigger) throw unknownTrigger(id)
  return trigger
}

const Conditions = z.array(Condition)
const Params = z.record(z.string(), z.unknown())

/** What of a trigger's row is JSON. */
export const partsOf = (trigger: FlowTriggersTable) => ({
  event: typeOf(trigger.event_type),
  conditions: Conditions.parse(JSON.parse(trigger.conditions)),
  params: Params.parse(JSON.parse(trigger.params)),
})

/** As the API shows it: with what keeps it from starting. */
export async function showTrigger(deps: StartDeps, trigger: FlowTriggersTable) {
  const { org, event_type: _, enabled, ...rest } = trigger
  const parts = partsOf(trigger)
  const problem = await check(deps, org, { ...parts, template: trigger.template }).then(
    () => null,
    (error: unknown) => {
      if (error instanceof InputError) return error.message
      throw error
    },
  )
  return { ...rest, ...parts, enabled: enabled === 1, problem }
}

async function check(
  deps: StartDeps,
  org: OrgId,
  given: { event: TriggerType; conditions: Condition[]; params: Record<string, unknown>; template: string },
): Promise<void> {
  const template = await needTemplate(deps.store.read, org, given.template)
  checkTrigger(given, template)
  const params = sampleParams(given.params, template)
  await checkStart(deps.store.read, org, { template: given.template, params })
}

function typeOf(type: string): TriggerType {
  if (isTriggerType(type)) return type
  throw new InputError('bad_trigger', `There are no events of type ${type}.`)
}

const unknownTrigger = (id: string) =>
  new InputError('unknown_trigger', `There is no trigger ${id}.`, { status: 404 })
