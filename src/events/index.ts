export {
  createEvents,
  type Events,
  lockSubject,
  type Origin,
  type StoredEvent,
  type Subscriber,
} from './append.ts'
export { getEvent, nextEventAbout, storedEventOf } from './read.ts'
export {
  CallSnapshotSchema,
  type EventOf,
  type EventType,
  eventSchemas,
  type HubEvent,
  type NewEvent,
  type TriggerType,
  triggerTypes,
} from './schemas.ts'
export { subscribeByWork } from './subscribe.ts'
