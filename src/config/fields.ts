import { z } from 'zod'

/**
 * The kinds of values that a variable can hold. Each reads text and its message completes the sentence
 * "NAME is …: it must be …".
 */

export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
  return numberWhere(/^\d+$/, least, most, `it must be a whole number ${range}`)
}

export function decimal(least: number) {
  return numberWhere(
    /^\d+(\.\d+)?$/,
    least,
    Number.MAX_SAFE_INTEGER,
    `it must be a number of at least ${least}, like ${least + 1.5}`,
  )
}

function numberWhere(shape: RegExp, least: number, most: number, message: string) {
  return z
    .string()
    .refine((text) => shape.test(text) && Number(text) >= least && Number(text) <= most, message)
    .transform(Number)
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const DURATION = /^(\d+)(ms|s|m|h|d)$/

/** `90s`, `15m`, `24h`, `3d` → milliseconds. */
export function duration() {
  return z
    .string()
    .regex(DURATION, 'it must be a number with a unit (s, m, h or d), like 90s, 15m, 24h or 3d')
    .transform(milliseconds)
}

/** `5m,15m,30m` → milliseconds each. */
export function durations() {
  return list()
    .refine(
      (items) => items.every((item) => DURATION.test(item)),
      'it must be durations with commas between, like 5m,15m,30m',
    )
    .transform((items) => items.map(milliseconds))
}

function milliseconds(text: string): number {
  const [, amount, unit = ''] = DURATION.exec(text) ?? []
  return Number(amount) * (UNIT_MS[unit] ?? Number.NaN)
}

/** Texts with commas between, blanks around them cut. */
export function list() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  )
}

export function oneOf<const Option extends string>(...options: Option[]) {
  return z.enum(options, { error: `it must be one of ${options.join(', ')}` })
}

/** An http or https address without a slash at its end. */
export function webUrl() {
  return z
    .url({ protocol: /^https?$/, error: 'it must be an address that starts with http:// or https://' })
    .transform((url) => url.replace(/\/+$/, ''))
}

/** Origins as browsers send them, with commas between: scheme, host and port. */
export function origins() {
  const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text
  return list().refine(
    (items) => items.every(isOrigin),
    'it must be origins with commas between, like https://crm.example.com,http://localhost:5173',
  )
}

export function urlOf(...schemes: string[]) {
  const starts = schemes.map((scheme) => `${scheme}://`)
  return z
    .string()
    .refine(
      (url) => starts.some((start) => url.startsWith(start)) && URL.canParse(url),
      `it must be an address that starts with ${starts.join(' or ')}`,
    )
}

/** `help@example.com` or `Example Help <help@example.com>`. */
export function mailbox() {
  return z
    .string()
    .refine(
      (text) => z.email().safeParse(splitMailbox(text).email).success,
      'it must be an e-mail address, alone or as in: Example Help <help@example.com>',
    )
    .transform(splitMailbox)
}

function splitMailbox(text: string): { email: string; name?: string } {
  const [, name = '', email = ''] = /^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/.exec(text) ?? []
  if (email === '') return { email: text.trim() }
  return name === '' ? { email: email.trim() } : { email: email.trim(), name }
}
