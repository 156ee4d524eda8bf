import type { EventType, HubEvent } from '../../events/index.ts'
import type { Instant } from '../../ports/index.ts'
import type { FlowStepsTable, FlowsTable } from '../../store/index.ts'
import type { LogLine } from '../log.ts'
import type { Child } from '../outcome.ts'
import type { Context } from '../state.ts'

/** What an outcome changes: rows to write, lines to log, events to raise, when to look again. Pure data. */
export type Transition = {
  flow: FlowsTable
  context: Context
  /** To be written. */
  steps: FlowStepsTable[]
  /** The step that is entered: its row is written once it comes to something. */
  entered: FlowStepsTable | null
  logs: LogLine[]
  events: HubEvent[]
  waits: { stepId: string; type: EventType; correlation: string; until: Instant }[]
  children: Child[]
  /** A parked step is looked at again at this time. */
  timer: Instant | null
  /** The run itself ends and is to be repeated at this time. */
  again: { at: Instant; why: string } | null
}

/** A transition that writes the flow and nothing else. */
export const nothing = (flow: FlowsTable, context: Context): Transition => ({
  flow,
  context,
  steps: [],
  entered: null,
  logs: [],
  events: [],
  waits: [],
  children: [],
  timer: null,
  again: null,
})
