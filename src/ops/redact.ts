/** What a log line may not show, replaced by a word that says what stood there. */
export type Redact = (line: object) => object

const SECRET_KEY =
  /authorization|cookie|token|secret|passw|api[-_]?key|access[-_]?key|private[-_]?key|credential|signature/i
const PERSONAL_KEY = /^(e[-_]?mail|phone|mobile)([-_]?(address|number))?$/i

/** Shorter ones are replaced by their key alone: by value they would tear holes in ordinary words. */
const SHORTEST_SECRET = 6
const DEEPEST = 12
/** Names that were looked at before; log lines repeat a few dozen. Bounded, since ids can be names too. */
const NAMES_KEPT = 2_000

/** Every pattern needs one of these, and most texts have none. */
const SUSPECT = /[@+=]|bearer|basic/i
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

  const shortest = known.at(-1)?.length ?? Number.POSITIVE_INFINITY
  const names = new Map<string, { shown: string; mask: string | undefined }>()

  function text(value: string): string {
    let safe = value
    if (value.length >= shortest) for (const secret of known) safe = safe.replaceAll(secret, '[secret]')
    if (!SUSPECT.test(safe)) return safe
    for (const [pattern, replacement] of PATTERNS) safe = safe.replace(pattern, replacement)
    return safe
  }

  function masked(value: unknown, mask: string | undefined, depth: number): unknown {
    if (typeof value === 'string') return mask ?? text(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth > DEEPEST) return '[too deep]'
    if (Array.isArray(value)) return value.map((item) => masked(item, mask, depth + 1))
    return maskedFields(value, mask, depth)
  }

  function maskedFields(fields: object, mask: string | undefined, depth: number): object {
    const safe: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(fields)) {
      const name = lookedAt(key)
      safe[name.shown] = masked(item, mask ?? name.mask, depth + 1)
    }
    return safe
  }

  function lookedAt(key: string) {
    const before = names.get(key)
    if (before) return before
    const name = { shown: text(key), mask: maskFor(key) }
    if (names.size < NAMES_KEPT) names.set(key, name)
    return name
  }

  return (line) => maskedFields(line, undefined, 0)
}

function maskFor(key: string): string | undefined {
  if (SECRET_KEY.test(key)) return '[secret]'
  return PERSONAL_KEY.test(key) ? '[personal]' : undefined
}
