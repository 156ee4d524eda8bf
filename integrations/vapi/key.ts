import { createHash } from 'node:crypto'

/** `name` and `customer.externalId` hold no more (Vapi's OpenAPI description). */
const TAG_MAX_CHARS = 40
const HASHED = 'key-sha256-'

/** Our key as it fits where Vapi keeps only 40 characters. */
export function tagOf(key: string): string {
  if (key.length <= TAG_MAX_CHARS) return key
  const digest = createHash('sha256').update(key).digest('hex')
  return `${HASHED}${digest}`.slice(0, TAG_MAX_CHARS)
}

/** The key that a tag was made of; null where it does not tell. */
export function keyOfTag(tag: string | null | undefined): string | null {
  return tag && !tag.startsWith(HASHED) ? tag : null
}
