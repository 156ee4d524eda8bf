import type { EffectsTable } from '../store/index.ts'
import type { EffectClass, Skill, Undo } from './define.ts'
import type { SkillHub } from './hub.ts'

const WHY_NOT: Record<EffectClass, string> = {
  read: 'It changed nothing.',
  write: 'Nothing says how this is taken back; do it by hand where it was done.',
  contact: 'It reached the customer; that cannot be taken back.',
}

/** How an effect would be taken back, or why it cannot be. Changes nothing. */
export async function undoOf(hub: SkillHub, skill: Skill | undefined, effect: EffectsTable): Promise<Undo> {
  if (effect.state === 'failed') return { kind: 'impossible', why: 'It was not done.' }
  if (effect.state !== 'done') {
    return { kind: 'impossible', why: 'It is not known whether it was done; look there first.' }
  }
  if (!skill) return { kind: 'impossible', why: `There is no skill ${effect.skill} any more.` }
  if (!skill.undo) return { kind: 'impossible', why: WHY_NOT[skill.effect] }
  const input = skill.input.safeParse(JSON.parse(effect.input))
  const output = skill.output.safeParse(JSON.parse(effect.answer ?? 'null'))
  if (!input.success || !output.success) {
    return { kind: 'impossible', why: 'It was done by an earlier version of the hub.' }
  }
  return skill.undo(input.data, output.data, { org: effect.org, hub, effectId: effect.id })
}
