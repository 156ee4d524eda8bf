import type { StandInDeps } from './deps.ts'
import { type Phrases, phrasesFor } from './mailbox-phrases.ts'
import { phoneOf } from './phones.ts'
import { bareAddress } from './resend.ts'
import { tellOfMail } from './resend-events.ts'
import { learnPhone, type Mail, type MailPersona, type Person } from './world.ts'
import { escapeHtml } from './zendesk-wire.ts'

export type Mailbox = {
  /** A mail reached its recipient; the simulated customer may answer it later. */
  arrived(mail: Mail): void
  /** Answers as this person: the newest mail they got, or, where there is none, out of the blue to `to`. */
  write(person: Person, text: string, options: { to: string; subject?: string }): Mail
}

/** A customer who hears from us more often than this has said what they had to say. */
const ROUNDS_MAX = 3

/** Words in a mail by which a simulated customer sees that an answer is asked for. */
const ASKS = /\?|phone|number|call|telefon|nummer|anruf|teléfono|número|llam|telefone|ligar/i

type Answer = { text: string; subject?: string; headers?: Record<string, string> }

/** The mailboxes of all simulated customers. */
export function createMailbox(deps: StandInDeps): Mailbox {
  const { world, clock } = deps
  deps.agenda.on('mail.answered', ({ mailId, persona }) => {
    const mail = world.mails[mailId]
    const person = mail?.personId ? world.people[mail.personId] : undefined
    if (!mail || !person) return
    const round = roundOf(mail)
    const answer = answerOf(person, persona, round)
    if (!answer) return
    receive(person, mail, answer)
    // The machine answered first; the person reads the mail later.
    if (persona === 'out_of_office' && round === 1)
      deps.agenda.after(world.settings.pace.mailAnswered, {
        kind: 'mail.answered',
        mailId,
        persona: 'agrees',
      })
  })

  /** Which mail of its conversation it is to this person, counted from 1. A conversation has one reply address. */
  function roundOf(mail: Mail): number {
    const address = mail.replyTo ?? mail.from
    let round = 0
    for (const id of world.sentTo[mail.personId ?? ''] ?? []) {
      const other = world.mails[id]
      if (other && (other.replyTo ?? other.from) === address) round += 1
      if (id === mail.id) break
    }
    return round
  }

  function answerOf(person: Person, persona: MailPersona, round: number): Answer | undefined {
    const phrases = phrasesFor(person.locale)
    const steps = conversation(persona, phrases)
    const step = steps[round - 1]
    if (!step) return undefined
    const numbers = [phoneOf(person, 0), phoneOf(person, 1), phoneOf(person, 2)]
    const [first, second, third] = numbers
    if (step.text.includes('{phone}')) for (const { e164 } of numbers) learnPhone(world, person.id, e164)
    const text = step.text
      .replaceAll('{phone}', first?.written ?? '')
      .replaceAll('{phone2}', second?.written ?? '')
      .replaceAll('{phone3}', third?.written ?? '')
      .replaceAll('{name}', person.name)
    return { ...step, text: step.headers ? text : `${text}\n${signature(person)}` }
  }

  function receive(person: Person, answered: Mail | undefined, answer: Answer, to?: string): Mail {
    const phrases = phrasesFor(person.locale)
    const id = deps.uuid()
    const subject = answered
      ? `${answer.subject ?? phrases.re}${answered.subject}`
      : (answer.subject ?? 'A question')
    const messageId = `<${deps.uuid()}@mail.customer.example>`
    const automatic = answer.headers !== undefined
    const text = answered && !automatic ? `${answer.text}\n\n${quote(answered, phrases)}` : answer.text
    const from = `${person.name} <${person.email ?? `no-address-${person.id}@customer.example`}>`
    const recipient = to ?? bareAddress(answered?.replyTo ?? answered?.from ?? '')
    const references = answered ? [referencesOf(answered), answered.messageId].filter(Boolean).join(' ') : ''
    const mail: Mail = {
      id,
      direction: 'received',
      messageId,
      from,
      to: [recipient],
      cc: [],
      replyTo: null,
      subject,
      text,
      html: automatic ? null : htmlOf(answer.text, answered),
      headers: {
        from,
        to: recipient,
        subject,
        date: new Date(clock.now()).toUTCString(),
        'message-id': messageId,
        'mime-version': '1.0',
        'content-type': 'multipart/alternative; boundary="sandbox"',
        ...(answered ? { 'in-reply-to': answered.messageId, references } : {}),
        ...answer.headers,
      },
      tags: {},
      key: null,
      personId: person.id,
      answers: answered?.id ?? null,
      lastEvent: 'received',
      createdAt: clock.now(),
      attachments: [],
    }
    world.mails[id] = mail
    deps.changed()
    tellOfMail(deps, mail, 'email.received')
    return mail
  }

  return {
    arrived(mail) {
      if (mail.personId === null) return
      world.sentTo[mail.personId] ??= []
      world.sentTo[mail.personId]?.push(mail.id)
      const person = world.people[mail.personId]
      const persona = person?.mail ?? world.settings.mail
      if (persona === 'silent' || !ASKS.test(`${mail.subject}\n${mail.text}`)) return
      if (roundOf(mail) > ROUNDS_MAX) return
      deps.agenda.after(world.settings.pace.mailAnswered, {
        kind: 'mail.answered',
        mailId: mail.id,
        persona,
      })
    },
    write(person, text, { to, subject }) {
      const newest = world.mails[world.sentTo[person.id]?.at(-1) ?? '']
      return newest
        ? receive(person, newest, { text })
        : receive(person, undefined, { text, ...(subject ? { subject } : {}) }, to)
    },
  }
}

/** What a persona answers to the first, second, … mail of a conversation. */
function conversation(persona: MailPersona, phrases: Phrases): (Answer | undefined)[] {
  switch (persona) {
    case 'agrees':
      return [{ text: phrases.agrees }, { text: phrases.givesNumber }]
    case 'three_numbers':
      return [{ text: phrases.threeNumbers }, { text: phrases.picksOne }]
    case 'invalid_number':
      return [{ text: phrases.invalidNumber }, { text: phrases.correctsNumber }]
    case 'consent_only':
      return [{ text: phrases.consentOnly }, { text: phrases.givesNumber }]
    case 'asks_question':
      return [{ text: phrases.asksQuestion }, { text: phrases.afterQuestion }]
    case 'refuses':
      return [{ text: phrases.refuses }]
    case 'angry':
      return [{ text: phrases.angry }]
    case 'opts_out':
      return [{ text: phrases.optsOut }]
    case 'late':
      return [undefined, { text: phrases.agrees }]
    case 'out_of_office':
      return [{ text: phrases.away, subject: phrases.awaySubject, headers: AWAY_HEADERS }]
    case 'silent':
      return []
  }
}

/** RFC 3834, and what Exchange adds. */
const AWAY_HEADERS = {
  'auto-submitted': 'auto-replied',
  'x-auto-response-suppress': 'All',
  precedence: 'auto_reply',
}

/** A signature with other numbers in it, which are not the ones to call. */
function signature(person: Person): string {
  const company = person.organization ? `${person.organization}\n` : ''
  return `\n-- \n${person.name}\n${company}Office +44 20 7946 0123 | Fax +44 20 7946 0124`
}

function quote(mail: Mail, phrases: Phrases): string {
  const head = phrases.wrote
    .replace('{date}', new Date(mail.createdAt).toUTCString())
    .replace('{from}', mail.from)
  const text = mail.text || (mail.html ?? '').replace(/<[^>]*>/g, ' ')
  return `${head}\n${text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n')}`
}

function htmlOf(text: string, answered: Mail | undefined): string {
  const own = `<div dir="ltr">${escapeHtml(text).replaceAll('\n', '<br>')}</div>`
  if (!answered) return own
  const quoted = answered.html ?? escapeHtml(answered.text).replaceAll('\n', '<br>')
  return `${own}<br><div class="gmail_quote"><blockquote class="gmail_quote">${quoted}</blockquote></div>`
}

function referencesOf(mail: Mail): string {
  const entry = Object.entries(mail.headers).find(([name]) => name.toLowerCase() === 'references')
  return entry?.[1] ?? ''
}
