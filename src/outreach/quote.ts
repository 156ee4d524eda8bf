/** Scripts written without spaces between words: a quote may begin anywhere in them. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u
const WORD = /[\p{L}\p{N}]/u

/**
 * Whether `quote` really stands in `text`: the same characters in the same order, whole words only. What
 * mail programs and models change without meaning anything is evened out first: white space, letter case,
 * Unicode form, the shape of quotation marks and dashes. Nothing else is forgiven.
 */
export function standsIn(quote: string, text: string): boolean {
  const needle = plain(quote)
  const hay = plain(text)
  if (!WORD.test(needle)) return false
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + 1)) {
    if (!splitsWord(hay, at) && !splitsWord(hay, at + needle.length)) return true
  }
  return false
}

/** A quote for comparing: evened out as in `standsIn`. */
export function plain(text: string): string {
  return text
    .replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, '')
    .replace(/[‘’‚‛′`´]/g, "'")
    .replace(/[“”„‟«»″]/g, '"')
    .replace(/[‐‑‒–—―−]/g, '-')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
    .trim()
}

const SHAPES: Record<string, string> = {
  ' ': '\\s+',
  "'": "['‘’‚‛′`´]",
  '"': '["“”„‟«»″]',
  '-': '[-‐‑‒–—―−]',
}

/** The part of `text` that `quote` means, exactly as it stands there; null when it does not stand there. */
export function exactWords(quote: string, text: string): string | null {
  if (!standsIn(quote, text)) return null
  const pattern = [...plain(quote)]
    .map((character) => SHAPES[character] ?? character.replace(/[.*+?^${}()|[\]\\/]/, '\\$&'))
    .join('')
  return new RegExp(pattern, 'iu').exec(text)?.[0] ?? null
}

function splitsWord(text: string, at: number): boolean {
  const before = [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? ''
  const after = String.fromCodePoint(text.codePointAt(at) ?? 32)
  return WORD.test(before) && WORD.test(after) && !UNSPACED.test(before) && !UNSPACED.test(after)
}
