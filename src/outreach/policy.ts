import { DateTime } from 'luxon'
import type { Instant } from '../ports/index.ts'
import { awakeFrom, type QuietHours } from './quiet-hours.ts'

export type Channel = 'email' | 'call' | 'sms' | 'whatsapp'

export type ContactQuestion = {
  channel: Channel
  now: Instant
  /** Consent on record for this channel; a mail in answer to a ticket needs none. */
  consent: boolean
  optedOut: boolean
  /** The recipient is from the customer's record or the ticket, never from a text. */
  recipientVerified: boolean
  quietHours: QuietHours
  /** IANA zones the customer may be in (`zonesOf`); none known counts as UTC. */
  zones: string[]
  /** When we contacted this customer, on any channel, in the last 24 hours. */
  sentAt: Instant[]
  dailyCap: number
  /** The ticket's fence now, and the one under which this contact was prepared. */
  fence: number
  expectedFence: number
  callAttempts: number
  maxCallAttempts: number
}

export type Gate = 'fence' | 'opted_out' | 'recipient' | 'consent' | 'attempts' | 'daily_cap' | 'quiet_hours'

/** `until`: when time alone opens the gate; null when a person or the customer has to. */
export type ContactVerdict = { ok: true } | { ok: false; gate: Gate; until: Instant | null; why: string }

const DAY_MS = 86_400_000

/**
 * Whether we may contact this customer now. Gates that only people open come first, then those that time
 * opens; at `until` the same question, with nothing else changed, is answered yes.
 */
export function contactVerdict(question: ContactQuestion): ContactVerdict {
  const closed = closedGate(question)
  if (closed) return { ok: false, ...closed, until: null }

  const free = freeFrom(question)
  const awake = hasQuietHours(question.channel) ? awakeFrom(question.quietHours, zones(question), free) : free
  if (awake === question.now) return { ok: true }
  const capped = free > question.now
  return {
    ok: false,
    gate: capped ? 'daily_cap' : 'quiet_hours',
    until: awake,
    why: capped
      ? `Already ${question.sentAt.length} contacts within 24 hours; at most ${question.dailyCap}`
      : quietWhy(question),
  }
}

function closedGate(question: ContactQuestion): { gate: Gate; why: string } | null {
  const { channel } = question
  if (question.fence !== question.expectedFence)
    return { gate: 'fence', why: 'The ticket has been taken over since this was prepared' }
  if (question.optedOut)
    return { gate: 'opted_out', why: 'The customer does not want to hear from us on this channel' }
  if (!question.recipientVerified)
    return { gate: 'recipient', why: "The recipient is not from the customer's record or the ticket" }
  if (channel !== 'email' && !question.consent)
    return { gate: 'consent', why: `There is no consent to ${channel === 'call' ? 'a call' : channel}` }
  if (channel === 'call' && question.callAttempts >= question.maxCallAttempts)
    return { gate: 'attempts', why: `Called ${question.callAttempts} times already` }
  if (question.dailyCap < 1) return { gate: 'daily_cap', why: 'CONTACT_DAILY_CAP allows no contact at all' }
  return null
}

/** When fewer than `dailyCap` contacts lie within the 24 hours before. */
function freeFrom({ now, sentAt, dailyCap }: ContactQuestion): Instant {
  const recent = sentAt.filter((at) => at > now - DAY_MS).sort((a, b) => a - b)
  const blocking = recent[recent.length - dailyCap]
  return blocking === undefined ? now : blocking + DAY_MS
}

/** A mail waits in a mailbox; a phone wakes people. */
function hasQuietHours(channel: Channel): boolean {
  return channel !== 'email'
}

function zones(question: ContactQuestion): string[] {
  return question.zones.length > 0 ? question.zones : ['UTC']
}

function quietWhy(question: ContactQuestion): string {
  const names = zones(question)
  const [zone = 'UTC'] = names
  const local = DateTime.fromMillis(question.now, { zone }).toFormat('HH:mm')
  return names.length === 1
    ? `It is ${local} in ${zone}, within the quiet hours`
    : `It is within the quiet hours in at least one of the ${names.length} zones the customer may be in`
}
