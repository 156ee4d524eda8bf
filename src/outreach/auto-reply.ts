import type { ReceivedMail } from '../ports/index.ts'

/** The header that marks every mail of ours, with the flow's id. */
export const OWN_HEADER = 'x-switchboard-flow'

export type MailNature = {
  kind: 'human' | 'auto_reply' | 'bounce' | 'own' | 'list'
  /** Which sign decided; for the log and for people. */
  why: string
}

/** Which mail is ours: every address we send from, and the domain of the Message-IDs we make, if we do. */
export type OwnMail = { addresses: string[]; messageIdDomain: string | null }

const AUTO_HEADERS = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-reply-from',
  'x-mail-autoreply',
]
const AUTO_SUBJECT =
  /^\s*(?:auto(?:matic|mated|matische|mática|matica)?[\s-]*(?:reply|response|antwort|respuesta|resposta)|automatische antwort|abwesenheit|out of (?:the )?office|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|resposta automática|fora do escritório|risposta automatica|fuori sede)/iu
const BOUNCE_SUBJECT =
  /(?:undeliver|delivery (?:status notification|failure|has failed)|mail delivery failed|returned mail|unzustellbar|failure notice)/iu

/**
 * Whether a person wrote this mail. Everything else is never answered: two robots would write to each other
 * for ever. Signs: RFC 3834 (Auto-Submitted, null return path), RFC 3464 (delivery reports), RFC 2919
 * (List-Id), and what Exchange and older programs use instead.
 */
export function natureOfMail(
  mail: Pick<ReceivedMail, 'from' | 'subject' | 'messageId' | 'headers'>,
  own: OwnMail,
): MailNature {
  const header = (name: string) => mail.headers[name]?.trim().toLowerCase() ?? ''
  const from = mail.from.email.trim().toLowerCase()
  const local = from.split('@')[0] ?? ''

  if (own.addresses.some((address) => withoutTag(address) === withoutTag(from)))
    return { kind: 'own', why: `from ${from}` }
  if (header(OWN_HEADER)) return { kind: 'own', why: OWN_HEADER }
  const domain = own.messageIdDomain?.toLowerCase()
  if (domain && mail.messageId?.toLowerCase().endsWith(`@${domain}>`))
    return { kind: 'own', why: `Message-ID of ${domain}` }

  const type = header('content-type')
  if (type.startsWith('multipart/report')) {
    return type.includes('disposition-notification')
      ? { kind: 'auto_reply', why: 'a read receipt' }
      : { kind: 'bounce', why: 'Content-Type: multipart/report' }
  }
  if (local === 'mailer-daemon' || local === 'postmaster') return { kind: 'bounce', why: `from ${local}` }
  if (header('x-failed-recipients')) return { kind: 'bounce', why: 'X-Failed-Recipients' }
  const returnPath = header('return-path')
  if (returnPath === '<>') {
    return BOUNCE_SUBJECT.test(mail.subject)
      ? { kind: 'bounce', why: 'null return path and the subject' }
      : { kind: 'auto_reply', why: 'null return path' }
  }

  const submitted = header('auto-submitted')
  if (submitted && !/^no\b/.test(submitted))
    return { kind: 'auto_reply', why: `Auto-Submitted: ${submitted}` }
  const auto = AUTO_HEADERS.find((name) => header(name))
  if (auto) return { kind: 'auto_reply', why: auto }
  if (header('list-id')) return { kind: 'list', why: 'List-Id' }
  const precedence = header('precedence')
  if (precedence === 'list') return { kind: 'list', why: 'Precedence: list' }
  if (/^(?:bulk|junk|auto[-_]?reply)$/.test(precedence))
    return { kind: 'auto_reply', why: `Precedence: ${precedence}` }
  const suppress = header('x-auto-response-suppress')
  if (suppress && suppress !== 'none')
    return { kind: 'auto_reply', why: `X-Auto-Response-Suppress: ${suppress}` }
  if (AUTO_SUBJECT.test(mail.subject)) return { kind: 'auto_reply', why: 'the subject' }
  return { kind: 'human', why: 'no sign of a program' }
}

/** `Reply+abc@x.com` → `reply@x.com`. */
function withoutTag(address: string): string {
  return address
    .trim()
    .toLowerCase()
    .replace(/\+[^@]*@/, '@')
}
