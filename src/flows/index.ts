export { previewReplay, replayFlow } from './again/replay.ts'
export { previewRollback, rollBack } from './again/rollback.ts'
export type { Undoing } from './again/undo-plan.ts'
export { flowAnalytics, retryAlike } from './analytics/index.ts'
export { delegate } from './answers/delegate.ts'
export type { Person } from './answers/may.ts'
export { type Response, respond } from './answers/respond.ts'
export { type ApprovalRequest, askFirst } from './ask-first.ts'
export { cancelFlow } from './cancel.ts'
export { reachesCustomers } from './checks/reach.ts'
export { retryFlow } from './control.ts'
export { createFlow, type StartFlow } from './create.ts'
export {
  Bounds,
  durationMs,
  flowStatuses,
  isFinal,
  type StepInput,
  stepStatuses,
  TemplateDefinition,
  type TemplateInput,
} from './definition.ts'
export { deleteStep, type EditDeps, insertStep } from './edit/edit-steps.ts'
export { createEngine } from './engine.ts'
export { needFlow } from './need.ts'
export { createPlanner, type Plan, type Planner, ShownPlan } from './planner/index.ts'
export { Prompt, promptOf } from './prompt.ts'
export {
  createSchedule,
  editSchedule,
  needSchedule,
  removeSchedule,
  runSchedule,
  type ScheduleDeps,
  ScheduleInput,
  showSchedule,
} from './schedules/index.ts'
export { settleCancelled } from './settle-effects.ts'
export { guardedSkills, refusalOf, type SkillPolicy } from './skill-policy.ts'
export { assignToAi, startByRequest } from './start-by-request.ts'
export { followAssignments } from './start-on-assignment.ts'
export { createStarters } from './starters.ts'
export { contextOf, contextView, type FlowState } from './state.ts'
export { templateOfFlow } from './templates/from-flow.ts'
export { templates } from './templates/index.ts'
export { listTemplates, needListed } from './templates/list.ts'
export { ParamFrom } from './templates/params-of.ts'
export { saveTemplate } from './templates/save.ts'
export type { Transition } from './transition/index.ts'
export {
  createTrigger,
  needTrigger,
  removeTrigger,
  showTrigger,
  switchTrigger,
  TriggerInput,
} from './triggers/index.ts'
export { wakeOnEvents } from './wake.ts'
export { reportFailures, watchFlows } from './watch.ts'
