/**
 * The data of a prompt: what stands between tags named after the section, one line of JSON each
 * (`src/ai/README.md` has their names and shapes). What is no JSON is left out.
 */
export function readSections(prompt: string): Record<string, unknown> {
  const sections: Record<string, unknown> = {}
  for (const [, name = '', json = ''] of prompt.matchAll(SECTION)) {
    try {
      sections[name] = JSON.parse(json)
    } catch {
      // A tag that the prompt only speaks of.
    }
  }
  return sections
}

const SECTION = /<([a-z_]+)>\n([^\n]*)\n<\/\1>/g

/** The sentences of Markdown text, without its marks, in order; tables and headings are none. */
export function sentencesOf(markdown: string): string[] {
  return markdown
    .split('\n')
    .filter((line) => !/^\s*(#|\||---)/.test(line))
    .map((line) => line.replace(/^\s*[-*>]\s+/, '').replace(/[*_`]/g, ''))
    .join(' ')
    .split(SENTENCE_END)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 2)
}

/** Not after a digit alone (`at 9.30`), nor after the abbreviations that prices and streets have. */
const SENTENCE_END =
  /(?<=[.!?…।])(?<!\b(?:approx|incl|excl|e\.g|i\.e|no|st|ca|z\.B|bzw)\.)\s+(?=\p{Lu}|\p{Lo}|¿|¡)/u

/** The strings in a value that may hold plain texts or objects with a `text`. */
export function textsIn(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item: unknown) => {
    if (typeof item === 'string') return [item]
    if (typeof item === 'object' && item !== null && 'text' in item && typeof item.text === 'string')
      return [item.text]
    return []
  })
}
