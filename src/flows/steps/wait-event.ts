import { z } from 'zod'
import { type EventType, eventSchemas, nextEventAbout } from '../../events/index.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import { resolve } from '../mappings.ts'
import type { StepOutcome } from '../outcome.ts'
import { type FlowState, StepSettings, settingsOf } from '../state.ts'
import { durationOf, parkedOrTimedOut, type StepRun } from './run.ts'

const eventType = z.enum(Object.keys(eventSchemas) as [EventType, ...EventType[]])
const Settings = z.looseObject({
  event: eventType,
  correlation: z.string(),
  within: z.string(),
  waiting_for: z.string(),
  alternatives: z.array(z.object({ event: eventType, correlation: z.string(), goto: z.int() })),
})

/** Waits for an event about a subject, or for one of the alternatives; one that came before counts. */
export async function waitEvent(run: StepRun): Promise<StepOutcome> {
  const { deps, state, step } = run
  const scope = run.scope()
  const settings = settingsOf(Settings, step)
  const waits = [{ ...settings, goto: null }, ...settings.alternatives].map((one) => ({
    type: one.event,
    correlation: String(resolve(one.correlation, scope)),
    goto: one.goto,
  }))
  for (const { type, correlation, goto } of waits) {
    const after = lastUsed(state, step, type)
    const found = await nextEventAbout(deps.store.read, state.flow.org, { type, subject: correlation, after })
    if (!found) continue
    const { type: _, ...payload } = found.event
    return {
      kind: 'done',
      result: { ...payload, eventId: found.id, occurredAt: found.occurredAt },
      event: { id: found.id, type, payload },
      goto,
    }
  }
  if (step.wait_until !== null) return parkedOrTimedOut(run)
  return {
    kind: 'wait',
    status: 'waiting',
    waitingFor: settings.waiting_for,
    until: deps.clock.now() + durationOf(settings.within, run),
    events: waits,
  }
}

/** Ids sort by time: an event is looked for that is younger than the flow and than the last one it used up. */
export function lastUsed(state: FlowState, step: Pick<FlowStepsTable, 'settings'>, type: EventType): string {
  const since =
    settingsOf(StepSettings, step).events_since ??
    state.context.events_since ??
    `evt_${state.flow.id.slice(4)}`
  const used = state.context.consumed?.[type] ?? ''
  return used > since ? used : since
}
