export { actingSkills } from './all.ts'
export { ContextPack } from './calls/place-call.ts'
export {
  type Act,
  type Channel,
  type Decision,
  defineSkill,
  type EffectClass,
  type Occasion,
  type Recheck,
  type Role,
  roles,
  type Skill,
  type Undo,
} from './define.ts'
export { type ContactGate, createSkills, type EffectMoment, type Skills } from './effects.ts'
export { parseInput } from './guards.ts'
export type { NewEscalation, SkillHub } from './hub.ts'
export { taskSkills } from './tasks/index.ts'
export { deskOfTicket } from './tickets/desk-of.ts'
