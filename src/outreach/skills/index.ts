import type { Decision, Skill } from '../../skills/index.ts'
import { buildProfile } from './build-profile.ts'
import { callDecision } from './call-decision.ts'
import type { OutreachDeps } from './deps.ts'
import { draftEmail } from './draft-email.ts'
import { prepareCall } from './prepare-call.ts'
import { replyDecision } from './read-reply-decision.ts'
import { recordPhone, recordRefusal } from './record-answer.ts'
import { refundDecision } from './refund-decision.ts'
import { takeBackPhone } from './take-back-phone.ts'
import { writeBrief } from './write-brief.ts'

export { loadTurns } from './call-decision.ts'
export type { OutreachDeps } from './deps.ts'

/** The skills that judge and remember, beside those that act. */
export function outreachSkills(deps: OutreachDeps): readonly Skill[] {
  return [
    buildProfile(deps),
    draftEmail(deps),
    prepareCall(deps),
    recordPhone(deps),
    recordRefusal(deps),
    takeBackPhone(deps),
    writeBrief(deps),
  ]
}

/** What a flow's `ai_decision` steps may ask for. */
export function outreachDecisions(deps: OutreachDeps): ReadonlyMap<string, Decision> {
  return new Map([
    ['reply', replyDecision(deps)],
    ['call_outcome', callDecision(deps)],
    ['refund', refundDecision(deps)],
  ])
}
