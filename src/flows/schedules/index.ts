export { runSchedules } from './run-schedules.ts'
export {
  createSchedule,
  editSchedule,
  needSchedule,
  removeSchedule,
  runSchedule,
  type ScheduleDeps,
  ScheduleInput,
  showSchedule,
} from './schedules.ts'
