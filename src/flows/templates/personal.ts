import { isPossiblePhoneNumber } from 'libphonenumber-js'
import type { CustomersTable } from '../../store/index.ts'
import type { StepDefinition } from '../definition.ts'

export type Finding = { path: string; message: string }

const ID_NAME = /(?:^id|_id|Id|^ticket|^customer|^email|^phone|^to|^recipient)$/
const EMAIL = /[^\s@<>"']+@[^\s@<>"']+\.\w+/
const PHONE = /\+?\d[\d\s()/.-]{5,}\d/g
const IDS =
  /\b[a-z]{3}_[0-9a-z]{20,}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[a-z]{3,}:[A-Z]*-?\d+\b/

/**
 * What in a template is about one customer or one case: addresses, phone numbers, ids, their name. Such a value
 * belongs into a parameter. Mappings are left out: they hold nothing themselves.
 */
export function personalIn(
  template: { title: string; description: string; steps: readonly StepDefinition[] },
  customer: Pick<CustomersTable, 'name' | 'email' | 'phone'> | undefined,
): Finding[] {
  const known = [customer?.name, customer?.email, customer?.phone].filter((one) => isTelling(one))
  const { title, description, steps } = template
  return textsIn({ title, description, steps }, '').flatMap(({ path, text }) => {
    const literal = text.replace(/\{\{[^{}]*\}\}/g, ' ')
    const what = kindOf(literal, path, known)
    return what ? [{ path, message: `holds ${what}; make it a parameter` }] : []
  })
}

const isTelling = (text: string | null | undefined): text is string =>
  typeof text === 'string' && text.trim().length >= 3

function kindOf(text: string, path: string, known: readonly string[]): string | undefined {
  if (text.trim() === '') return undefined
  if (EMAIL.test(text)) return 'an e-mail address'
  if (known.some((one) => text.toLowerCase().includes(one.toLowerCase())))
    return "the customer's name or number"
  if (IDS.test(text)) return 'an id'
  if ((text.match(PHONE) ?? []).some((digits) => isPossiblePhoneNumber(digits, 'US')))
    return 'what looks like a phone number'
  const name = path.split('.').at(-1) ?? ''
  return /\.(?:input|params|payload)\./.test(path) && ID_NAME.test(name) ? 'an id' : undefined
}

/** Every text of a value with where it stands; what a step is made of, and not what it says, is left out. */
function textsIn(value: unknown, path: string): { path: string; text: string }[] {
  if (typeof value === 'string') return STRUCTURE.test(path) ? [] : [{ path, text: value }]
  if (typeof value === 'number') return ID_NAME.test(path) ? [{ path, text: String(value) }] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, path === '' ? key : `${path}.${key}`))
}

/** Names, types, skills, gotos and times of a step. */
const STRUCTURE =
  /^steps\.(?:\d+|\d+\.branches\.\d+\.steps\.\d+)\.(?:name|type|skill|decision|template|event|prompt_type|within|for|role|policy|entity|on_\w+(?:\.\w+)?|remind_after|retries\.\w+|answers\.[^.]+|alternatives\.\d+\.(?:event|goto)|editable\.\d+)$/
