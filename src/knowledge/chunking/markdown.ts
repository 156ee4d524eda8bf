import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { type Block, type ParsedDocument, tidy } from './blocks.ts'

const FrontMatter = z.record(z.string(), z.unknown()).nullable()

/**
 * Markdown by lines: ATX and setext headings, tables, fences, front matter. Inline marks stay as they are,
 * except that links keep their words only. Throws InputError for front matter that is not a YAML map.
 */
export function parseMarkdown(source: string): ParsedDocument {
  const { front, body } = splitFrontMatter(source)
  const { title, ...labels } = front
  return { title: title ?? null, labels, blocks: blocksOf(body.split('\n')) }
}

function splitFrontMatter(source: string): { front: Record<string, string>; body: string } {
  const match = /^---[ \t]*\n([\s\S]*?\n)?---[ \t]*(?:\n|$)/.exec(source)
  if (!match) return { front: {}, body: source }
  const entries = Object.entries(readYaml(match[1] ?? ''))
  const scalars = entries.flatMap(([name, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value)] as const] : [],
  )
  return { front: Object.fromEntries(scalars), body: source.slice(match[0].length) }
}

function readYaml(text: string): Record<string, unknown> {
  try {
    return FrontMatter.parse(parseYaml(text)) ?? {}
  } catch (error) {
    throw new InputError('invalid_document', 'The front matter between the --- lines is not a YAML map.', {
      issues: [{ path: 'content', message: error instanceof Error ? error.message : String(error) }],
    })
  }
}

function blocksOf(lines: string[]): Block[] {
  const blocks: Block[] = []
  let paragraph: string[] = []
  const endParagraph = () => {
    const text = tidy(paragraph.map(plain).join(' '))
    if (text) blocks.push({ kind: 'paragraph', text })
    paragraph = []
  }

  for (let i = 0; i < lines.length; i += 1) {
    const line = tidy(lines[i] ?? '')
    const next = tidy(lines[i + 1] ?? '')
    const atx = /^(#{1,6}) (.*)$/.exec(line)
    if (line === '' || /^([-*_])(\s*\1){2,}$/.test(line)) endParagraph()
    else if (atx) {
      endParagraph()
      blocks.push({
        kind: 'heading',
        level: (atx[1] ?? '').length,
        text: plain((atx[2] ?? '').replace(/ #+$/, '')),
      })
    } else if (paragraph.length === 0 && /^(=+|-{2,})$/.test(next)) {
      blocks.push({ kind: 'heading', level: next.startsWith('=') ? 1 : 2, text: plain(line) })
      i += 1
    } else if (line.includes('|') && isRule(next)) {
      endParagraph()
      const rows = rowsFrom(lines, i + 2)
      blocks.push({ kind: 'table', header: cells(line), rows })
      i += 1 + rows.length
    } else if (/^(```|~~~)/.test(line)) {
      endParagraph()
      const end = lines.findIndex((later, at) => at > i && later.trim().startsWith(line.slice(0, 3)))
      const last = end === -1 ? lines.length : end
      paragraph = lines.slice(i + 1, last)
      endParagraph()
      i = last
    } else {
      // An item of a list may be cut from the next one, a line of a paragraph may not.
      if (/^([-*+]|\d+[.)])\s/.test(line)) endParagraph()
      paragraph.push(line)
    }
  }
  endParagraph()
  return blocks
}

/** The line under a table's header, like `|---|:-:|`. */
function isRule(line: string): boolean {
  return line.includes('-') && line.includes('|') && /^[\s|:-]+$/.test(line)
}

function rowsFrom(lines: string[], start: number): string[][] {
  const rows: string[][] = []
  for (const line of lines.slice(start)) {
    if (!line.includes('|')) break
    rows.push(cells(line))
  }
  return rows
}

function cells(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => plain(tidy(cell.replaceAll('\\|', '|'))))
}

/** Links and pictures by their words, emphasis without its stars. */
function plain(text: string): string {
  return text.replace(/!?\[([^\][]*)\]\([^()\s]*(?:\s[^()]*)?\)/g, '$1').replace(/\*\*|__/g, '')
}
