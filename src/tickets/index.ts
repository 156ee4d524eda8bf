export { isAssignedToAi } from './changes.ts'
export { pollDesks } from './poll.ts'
export { deskOf, recordTicket, type SyncDeps, syncTicket } from './sync.ts'
