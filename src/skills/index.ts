export {
  type Act,
  type Channel,
  defineSkill,
  type EffectClass,
  type Occasion,
  type Recheck,
  type Skill,
} from './define.ts'
export { type ContactGate, createSkills, InDoubt, type Skills } from './effects.ts'
export type { NewEscalation, SkillHub } from './hub.ts'
