import type { Logger } from 'pino'
import type { Events } from '../../events/index.ts'
import type { EditDeps, Planner, ScheduleDeps } from '../../flows/index.ts'
import type { DocumentRepository, Knowledge } from '../../knowledge/index.ts'
import type { Clock, Desk, VoiceProvider } from '../../ports/index.ts'
import type { Skills } from '../../skills/index.ts'
import type { FlowsTable, Store } from '../../store/index.ts'
import type { OrgId, WorkQueue } from '../../work/index.ts'

/** What the REST routes work with. */
export type ApiDeps = {
  store: Store
  clock: Clock
  newId: (prefix: string) => string
  queue: WorkQueue
  events: Events
  skills: Skills
  knowledge: Knowledge
  documents: DocumentRepository
  desks: ReadonlyMap<string, Desk>
  voice: VoiceProvider | null
  org: OrgId
  log: Logger
  /** Whether whoever asked for a flow may approve what it does. */
  approveOwn: boolean
  /** Starts a flow from a template; throws InputError. */
  startFlow(
    template: string,
    params: Record<string, unknown>,
    requestedBy: string,
    from: string,
  ): Promise<FlowsTable>
  assignToAi(ticket: string): Promise<void>
  planner: Planner
  /** For steps that people put in and take out. */
  editing: EditDeps
  /** For schedules and triggers, which start flows by themselves. */
  starting: ScheduleDeps
}
