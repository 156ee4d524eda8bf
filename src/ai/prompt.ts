import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { ConfigError, messageOf } from '../ops/errors.ts'
import type { ModelMessage } from '../ports/index.ts'

const FrontMatter = z.strictObject({
  name: z.string().regex(/^[a-z_]+$/),
  version: z.int().positive(),
  purpose: z.string().min(1),
  model: z
    .strictObject({ temperature: z.number().min(0).max(2), maxOutputTokens: z.int().positive() })
    .nullable()
    .describe('null: not sent to our model'),
  schema: z.string().nullable().describe("The output schema's name"),
  sections: z.record(z.string().regex(/^[a-z_]+$/), z.string()).describe('Variable → its shape, in words'),
})

/** A prompt file. `text` halves still hold their `{{section}}` places. */
export type Prompt = Readonly<
  z.infer<typeof FrontMatter> & {
    /** `version` and the first 8 hex digits of the file's SHA-256: what a run was really asked with. */
    label: string
    system: string
    /** null where there is only a system prompt. */
    user: string | null
  }
>

export type Prompts = ReadonlyMap<string, Prompt>

const PLACE = /\{\{(\w+)\}\}/g

/**
 * Reads every `*.md` of a folder, `prompts/` by default. Throws ConfigError with all mistakes of all files:
 * front matter that does not fit, a section declared and not placed, placed and not declared, or placed
 * outside its own tags.
 */
export function loadPrompts(folder = fileURLToPath(new URL('../../prompts/', import.meta.url))): Prompts {
  const prompts = new Map<string, Prompt>()
  const mistakes: string[] = []
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith('.md') || file === 'README.md') continue
    try {
      const prompt = parsePrompt(readFileSync(join(folder, file), 'utf8'))
      if (`${prompt.name}.md` !== file) throw new Error(`is named ${prompt.name} inside`)
      prompts.set(prompt.name, prompt)
    } catch (error) {
      mistakes.push(`prompts/${file}: ${messageOf(error)}`)
    }
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return prompts
}

/** One prompt file's text. Throws Error with what is wrong. */
export function parsePrompt(file: string): Prompt {
  const parts = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(file.replaceAll('\r\n', '\n'))
  if (!parts) throw new Error('must begin with front matter between --- lines')
  const [, head = '', body = ''] = parts
  const parsed = FrontMatter.safeParse(parseYaml(head))
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error))

  const texts = /^\s*# System\n([\s\S]*?)(?:\n# User\n([\s\S]*))?$/.exec(body)
  if (!texts) throw new Error('must have the headings "# System" and, where there is one, "# User"')
  const system = (texts[1] ?? '').trim()
  const user = texts[2] === undefined ? null : texts[2].trim()

  const declared = Object.keys(parsed.data.sections)
  const placed = [...body.matchAll(PLACE)].map((match) => match[1] ?? '')
  for (const name of placed) {
    if (!declared.includes(name)) throw new Error(`{{${name}}} is not declared under sections`)
  }
  for (const name of declared) {
    if (placed.filter((other) => other === name).length !== 1)
      throw new Error(`{{${name}}} must be placed once`)
    if (!body.includes(`<${name}>\n{{${name}}}\n</${name}>`))
      throw new Error(`{{${name}}} must stand alone between <${name}> tags`)
  }
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 8)
  return { ...parsed.data, label: `${parsed.data.version}-${hash}`, system, user }
}

/**
 * The prompt as messages, every section filled with JSON. Throws when a section is missing or unknown,
 * which is a mistake of ours.
 */
export function fillPrompt(prompt: Prompt, sections: Readonly<Record<string, unknown>>): ModelMessage[] {
  for (const name of Object.keys(sections)) {
    if (!(name in prompt.sections)) throw new Error(`Prompt ${prompt.name} has no section ${name}`)
  }
  const fill = (text: string) =>
    text.replace(PLACE, (_place, name: string) => {
      if (sections[name] === undefined) throw new Error(`Prompt ${prompt.name} lacks its section ${name}`)
      return sectionJson(sections[name])
    })
  const messages: ModelMessage[] = [{ role: 'system', content: fill(prompt.system) }]
  if (prompt.user !== null) messages.push({ role: 'user', content: fill(prompt.user) })
  return messages
}

const ESCAPED: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/** JSON on one line in which no tag can be opened or closed; `JSON.parse` gives the same value back. */
export function sectionJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => ESCAPED[character] ?? '')
}
