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
