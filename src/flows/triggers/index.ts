export { followEvents } from './follow-events.ts'
export {
  createTrigger,
  needTrigger,
  removeTrigger,
  showTrigger,
  switchTrigger,
  TriggerInput,
} from './triggers.ts'
