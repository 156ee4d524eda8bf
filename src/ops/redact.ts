/** What a log line may not show, replaced by a word that says what stood there. */
export type Redact = (value: unknown) => unknown

const SECRET_KEY =
  /authorization|cookie|token|secret|passw|api[-_]?key|access[-_]?key|private[-_]?key|credential|signature/i
const PERSONAL_KEY = /^(e[-_]?mail|phone|mobile)([-_]?(address|number))?$/i

/** Shorter ones are replaced by their key alone: by value they would tear holes in ordinary words. */
const SHORTEST_SECRET = 6
const DEEPEST = 12

const PATTERNS: [RegExp, string][] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 [secret]'],
  [/:\/\/[^/\s@]+@/g, '://[secret]@'],
  [/([?&](?:[\w-]*token|[\w-]*key|[\w-]*secret|signature|sig|code)=)[^&\s"']+/gi, '$1[secret]'],
  [/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, '[e-mail]'],
  // With a leading plus only: a bare run of digits is more often an id or a time.
  [/\+\d[\d ().-]{6,17}\d/g, '[phone]'],
]

/**
 * Answers a copy in which secrets and people's addresses are masked: whatever stands under a key that names a
 * secret, the given `secrets` wherever they stand, and what looks like a credential, an e-mail address or an
 * international phone number inside any text.
 */
export function createRedact(secrets: string[] = []): Redact {
  const known = secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length) // one may contain another

  function text(value: string): string {
    let masked = value
    for (const secret of known) masked = masked.replaceAll(secret, '[secret]')
    for (const [pattern, replacement] of PATTERNS) masked = masked.replace(pattern, replacement)
    return masked
  }

  function walk(value: unknown, mask: string | undefined, depth: number): unknown {
    if (typeof value === 'string') return mask ?? text(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth > DEEPEST) return '[too deep]'
    if (Array.isArray(value)) return value.map((item) => walk(item, mask, depth + 1))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [text(key), walk(item, mask ?? maskFor(key), depth + 1)]),
    )
  }

  return (value) => walk(value, undefined, 0)
}

function maskFor(key: string): string | undefined {
  if (SECRET_KEY.test(key)) return '[secret]'
  return PERSONAL_KEY.test(key) ? '[personal]' : undefined
}
