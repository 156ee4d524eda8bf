import type { Address } from '../../src/ports/index.ts'

/** What ends a display name or starts another address; a customer's name must do neither. */
const UNSAFE_IN_NAME = /[\p{Cc}"\\<>]/gu

/** `Name <mail@host>`; the name in quotes where a comma, colon or the like would split it (RFC 5322 §3.2.3). */
export function formatAddress({ email, name }: Address): string {
  const safe = oneLine(name ?? '')
    .replace(UNSAFE_IN_NAME, '')
    .trim()
  if (safe === '') return email
  return /[,;:@()[\]]/.test(safe) ? `"${safe}" <${email}>` : `${safe} <${email}>`
}

/** Reads `Name <mail@host>`, `"Name" <mail@host>` and a bare address. */
export function parseAddress(text: string): Address {
  const open = text.lastIndexOf('<')
  const close = text.indexOf('>', open)
  if (open < 0 || close < 0) return { email: text.trim() }
  const email = text.slice(open + 1, close).trim()
  const name = text
    .slice(0, open)
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replace(/\\(.)/gs, '$1')
  return name === '' ? { email } : { email, name }
}

export function bareAddress(text: string): string {
  return parseAddress(text).email
}

/** Without line breaks, which would start another header. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ')
}
