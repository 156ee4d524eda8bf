import { z } from 'zod'
import { getEvent, type StoredEvent, type Subscriber, triggerTypes } from '../../events/index.ts'
import { InputError, messageOf } from '../../ops/errors.ts'
import type { NewEscalation } from '../../skills/index.ts'
import type { FlowTriggersTable, Tx } from '../../store/index.ts'
import { changeTrigger, getTrigger, triggersOf } from '../../store/rows/flow-triggers.ts'
import { getFlow } from '../../store/rows/flows.ts'
import { defineWork, type OrgId, type WorkKind } from '../../work/index.ts'
import { holds } from '../conditions.ts'
import { resolve } from '../mappings.ts'
import { type StartDeps, startByRequest } from '../start-by-request.ts'
import { partsOf } from './triggers.ts'

type Deps = StartDeps & { escalate: (tx: Tx, org: OrgId, escalation: NewEscalation) => Promise<string> }

/**
 * Starts flows by events: once per trigger and event. Each trigger of an event's type is a row of work of its own,
 * in the event's transaction, so that one that fails keeps no other back, and nothing is written where none is.
 */
export function followEvents(deps: Deps): { subscriber: Subscriber; work: WorkKind } {
  const { store, queue } = deps
  const work = defineWork({
    kind: 'flow.trigger',
    payload: z.object({ triggerId: z.string(), eventId: z.string() }),
    key: ({ triggerId, eventId }) => `trigger:${triggerId}:${eventId}`,
    async run({ triggerId, eventId }, job) {
      const trigger = await getTrigger(store.read, job.org, triggerId)
      if (trigger?.enabled !== 1) return undefined
      const stored = await getEvent(store.read, job.org, eventId)
      if (!stored) throw new Error(`event ${eventId} is not there`)
      if (await isOfPart(job.org, stored)) return undefined
      const event = { ...stored.event, id: stored.id }
      const { conditions, params } = partsOf(trigger)
      if (!conditions.every((condition) => holds(condition, { event }).holds)) return undefined
      await fire(job.org, trigger, stored, () => present(resolve(params, { event })))
      return undefined
    },
    async dead(tx, { triggerId, eventId }, error, job) {
      await note(tx, job.org, triggerId, eventId, { last_error: messageOf(error) })
    },
  })

  async function fire(
    org: OrgId,
    trigger: FlowTriggersTable,
    stored: StoredEvent,
    paramsOf: () => Record<string, unknown>,
  ) {
    try {
      const flow = await startByRequest(deps, org, {
        template: trigger.template,
        params: paramsOf(),
        by: trigger.created_by,
        from: `trigger ${trigger.id}`,
        key: `trigger:${trigger.id}:${stored.id}`,
        depth: stored.depth,
        context: { event: { ...stored.event, id: stored.id } },
      })
      const started = { last_flow_id: flow.id, last_error: null }
      await store.write((tx) => note(tx, org, trigger.id, stored.id, started))
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      await store.write(async (tx) => {
        await note(tx, org, trigger.id, stored.id, { last_error: error.message })
        const report = reportOf(trigger, stored, error)
        if (report) await deps.escalate(tx, org, report)
      })
    }
  }

  /** A branch or a sub-flow is a part of its flow, and not another run. */
  async function isOfPart(org: OrgId, { event }: StoredEvent): Promise<boolean> {
    if (!event.type.startsWith('flow_') || !('flowId' in event) || event.flowId === null) return false
    const flow = await getFlow(store.read, org, event.flowId)
    return (flow?.parent_flow_id ?? null) !== null
  }

  function note(
    tx: Tx,
    org: OrgId,
    trigger: string,
    event: string,
    result: { last_flow_id?: string; last_error: string | null },
  ) {
    return changeTrigger(tx, org, trigger, { last_at: deps.clock.now(), last_event_id: event, ...result })
  }

  /** People are told of a loop, once a day, and of the first failure in a row; what passes is on the trigger. */
  function reportOf(
    trigger: FlowTriggersTable,
    stored: StoredEvent,
    error: InputError,
  ): NewEscalation | undefined {
    const { event } = stored
    const about = {
      priority: 'normal' as const,
      source: 'trigger',
      flowId: 'flowId' in event ? event.flowId : null,
    }
    const next = `Next: mend the trigger ${trigger.id} or switch it off`
    if (error.code === 'too_deep') {
      return {
        ...about,
        cause: `trigger_loop:${trigger.id}:${new Date(deps.clock.now()).toISOString().slice(0, 10)}`,
        reason: `The trigger "${trigger.name}" is set off by its own consequences.`,
        brief: `${error.message} It was cut off at ${event.type} (${stored.id}), caused by ${stored.cause}.\n${next}`,
      }
    }
    if (error.status === 409 || trigger.last_error !== null) return undefined
    return {
      ...about,
      cause: `trigger_failed:${trigger.id}:${stored.id}`,
      reason: `The trigger "${trigger.name}" could not start its flow.`,
      brief: `At ${event.type} (${stored.id}): ${error.message}\n${next}`,
    }
  }

  return {
    work,
    subscriber: {
      types: triggerTypes,
      replayable: true,
      async onAppend(tx, { id: eventId, org, event, caseId }) {
        for (const { id: triggerId } of await triggersOf(tx, org, event.type)) {
          await queue.add(tx, work, { triggerId, eventId }, { org, caseId })
        }
      },
    },
  }
}

/** A field that the event leaves empty is a parameter that is not given. */
function present(params: unknown): Record<string, unknown> {
  const entries = Object.entries(params ?? {})
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined))
}
