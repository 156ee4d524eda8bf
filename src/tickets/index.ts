export { isAssignedToAi } from './changes.ts'
export { followDesks } from './intake.ts'
export { pollDesks } from './poll.ts'
export { deskOf, recordTicket, refreshTicket, type SyncDeps, syncTicket } from './sync.ts'
