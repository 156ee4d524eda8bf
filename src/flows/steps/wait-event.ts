import { z } from 'zod'
import { type EventType, eventSchemas, nextEventAbout, type StoredEvent } from '../../events/index.ts'
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

/**
 * Waits for an event about a subject, or for one of the alternatives; one that came before counts. Where several
 * came, the earliest is taken: the others are still there for the step's next execution, and for later steps.
 */
export async function waitEvent(run: StepRun): Promise<StepOutcome> {
  const { deps, state, step } = run
  const scope = run.scope()
  const settings = settingsOf(Settings, step)
  const waits = [{ ...settings, goto: null }, ...settings.alternatives].map((one) => ({
    type: one.event,
    correlation: String(resolve(one.correlation, scope)),
    goto: one.goto,
  }))
  let came: { event: StoredEvent; wait: (typeof waits)[number] } | undefined
  for (const wait of waits) {
    const about = { type: wait.type, subject: wait.correlation, after: lastUsed(state, step, wait) }
    const event = await nextEventAbout(deps.store.read, state.flow.org, about)
    if (event && (!came || event.id < came.event.id)) came = { event, wait }
  }
  if (came) {
    const { event, wait } = came
    const { type, ...payload } = event.event
    return {
      kind: 'done',
      result: { ...payload, eventId: event.id, occurredAt: event.occurredAt },
      event: { id: event.id, type, subject: wait.correlation, payload },
      goto: wait.goto,
    }
  }
  if (step.wait_until !== null) return parkedOrTimedOut(run)
  return {
    kind: 'wait',
    status: 'waiting',
    waitingFor: settings.waiting_for,
    until: deps.clock.now() + durationOf(settings.within, run),
    // Two alternatives may have come to be about the same thing: the first one's goto counts.
    events: waits.filter((wait, index) => index === waits.findIndex((other) => isSame(wait, other))),
  }
}

type Wait = { type: EventType; correlation: string }

const isSame = (one: Wait, other: Wait) => one.type === other.type && one.correlation === other.correlation

/** Ids sort by time: an event is looked for that is younger than the flow and than the last one it used up. */
export function lastUsed(
  state: FlowState,
  step: Pick<FlowStepsTable, 'settings'>,
  { type, correlation }: Wait,
): string {
  const since =
    settingsOf(StepSettings, step).events_since ??
    state.context.events_since ??
    `evt_${state.flow.id.slice(4)}`
  const consumed = state.context.consumed ?? {}
  // Flows of earlier versions know the types alone.
  const isOld = !Object.keys(consumed).some((what) => what.startsWith(`${type} `))
  const used = consumed[`${type} ${correlation}`] ?? (isOld ? consumed[type] : undefined) ?? ''
  return used > since ? used : since
}
