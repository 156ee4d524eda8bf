export { type MailNature, natureOfMail, OWN_HEADER, type OwnMail } from './auto-reply.ts'
export {
  type CallClass,
  type CallJudgement,
  CallJudgementSchema,
  type CallVerdict,
  callClasses,
  MIN_CONFIDENCE,
  outcomeSections,
  settleCall,
} from './call-outcome.ts'
export {
  buildCallScript,
  type CallScript,
  type CallScriptInput,
  defaultMayNotPromise,
  defaultMayPromise,
  MAX_SCRIPT_CHARS,
} from './call-script.ts'
export { checkProfile, type Dropped } from './check-profile.ts'
export { consentWords, optOutWords, refusalWords } from './consent-words.ts'
export { contactGate } from './contact-gate.ts'
export {
  type Draft,
  type DraftInput,
  DraftSchema,
  draftSections,
  givenOf,
  type MailKind,
  mailKinds,
  noSituation,
  type Situation,
} from './draft.ts'
export { type Brief, type BriefInput, escalationBrief } from './escalation-brief.ts'
export { type HistoryComment, type HistoryTicket, packHistory } from './history.ts'
export { followMail, receiveMail } from './inbound-mail.ts'
export { baseLanguage, guessLanguage } from './language.ts'
export { composeMail, escapeHtml, type MailFrame } from './mail.ts'
export { type TemplateInput, templateDraft, templateLanguage } from './mail-templates.ts'
export { successNote, transcript } from './note.ts'
export { type LockSources, type LockVerdict, lockNumbers, type Unsupported } from './number-lock.ts'
export { type FoundPhone, findPhone, likelyCountries, type PhoneVerdict } from './phone.ts'
export {
  type Channel,
  type ContactQuestion,
  type ContactVerdict,
  contactVerdict,
  type Gate,
} from './policy.ts'
export {
  type Claim,
  type ClaimSection,
  claimSections,
  fallbackProfile,
  type PackedChunk,
  type Profile,
  type ProfileInput,
  ProfileSchema,
  packChunks,
  profileSections,
  type Recommendation,
} from './profile.ts'
export { type ProfileChange, profileChanges } from './profile-changes.ts'
export { awakeFrom, isQuiet, parseQuietHours, type QuietHours } from './quiet-hours.ts'
export { standsIn } from './quote.ts'
export {
  decideReply,
  type Reading,
  ReadingSchema,
  type Reply,
  type ReplyDecision,
  readingSections,
} from './read-reply.ts'
export { type CutReply, cutReply } from './reply.ts'
export { makeReplyAddress, readReplyAddress } from './reply-address.ts'
export { type OutreachDeps, outreachDecisions, outreachSkills } from './skills/index.ts'
export { zonesOf } from './zones.ts'
