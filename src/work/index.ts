export {
  defineWork,
  type Job,
  NEXT_ROUND,
  type OrgId,
  type RetryPolicy,
  type RunResult,
  retryDelayMs,
  standardRetry,
  type WorkKind,
} from './define.ts'
export { createDispatcher, type Dispatcher } from './dispatcher.ts'
export { type AddOptions, createWorkQueue, type WorkQueue } from './queue.ts'
export { listDead, nextRunAtBut, reviveRow, workFigures } from './rows.ts'
