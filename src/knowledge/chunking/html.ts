import { type Block, type ParsedDocument, tidy } from './blocks.ts'

/** What is not the page's text, with all that is in it. */
const SKIPPED = new Set(['script', 'style', 'noscript', 'template', 'svg', 'nav', 'title', 'iframe'])
/** Tags in the midst of a sentence; all others end a paragraph. */
const INLINE = new Set(
  'a abbr b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small span strong sub sup time tt u var wbr'.split(
    ' ',
  ),
)
const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  euro: '€',
  pound: '£',
  copy: '©',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  ntilde: 'ñ',
}

type Token = { tag: string; end: boolean } | { text: string }
type Table = { header: string[] | null; rows: string[][] }

/** The text of a page by its headings, paragraphs and tables. Reads any input in one pass; runs nothing. */
export function parseHtml(source: string): ParsedDocument {
  const blocks: Block[] = []
  let text = ''
  let heading: number | null = null
  let table: Table | null = null
  let row: { cells: string[]; header: boolean; open: boolean } | null = null
  let skipping: string | null = null

  const takeText = () => {
    const taken = tidy(text)
    text = ''
    return taken
  }
  const endBlock = () => {
    const taken = takeText()
    if (!taken) return
    if (heading) blocks.push({ kind: 'heading', level: heading, text: taken })
    else blocks.push({ kind: 'paragraph', text: taken })
  }
  const endCell = () => {
    // An empty cell keeps its place.
    if (row?.open) row.cells.push(takeText())
    if (row) row.open = false
  }
  const endRow = () => {
    if (row) endCell()
    else endBlock()
    if (row && table && row.cells.length > 0) {
      if (row.header && !table.header) table.header = row.cells
      else table.rows.push(row.cells)
    }
    row = null
  }
  const endTable = () => {
    endRow()
    if (table && (table.header || table.rows.length > 0)) blocks.push({ kind: 'table', ...table })
    table = null
  }

  for (const token of tokens(source)) {
    if ('text' in token) {
      if (!skipping) text += decode(token.text)
      continue
    }
    const { tag, end } = token
    if (skipping) {
      if (end && tag === skipping) skipping = null
    } else if (SKIPPED.has(tag) && !end) skipping = tag
    else if (tag === 'br') text += '\n'
    else if (tag === 'table') {
      endTable()
      if (!end) table = { header: null, rows: [] }
    } else if (tag === 'tr') {
      endRow()
      if (!end && table) row = { cells: [], header: true, open: false }
    } else if (row && (tag === 'td' || tag === 'th')) {
      endCell()
      if (!end) row.open = true
      if (tag === 'td') row.header = false
    } else if (row) text += INLINE.has(tag) ? '' : ' '
    else if (/^h[1-6]$/.test(tag)) {
      endBlock()
      heading = end ? null : Number(tag[1])
    } else if (!INLINE.has(tag)) endBlock()
  }
  endTable()
  endBlock()
  const title = tidy(decode(/<title[^>]*>([^<]*)/i.exec(source)?.[1] ?? ''))
  return { title: title || null, labels: {}, blocks }
}

function* tokens(source: string): Generator<Token> {
  const lastClose = source.lastIndexOf('>')
  let at = 0
  while (at < lastClose) {
    const open = source.indexOf('<', at)
    if (open === -1 || open > lastClose) break
    if (open > at) yield { text: source.slice(at, open) }
    if (source.startsWith('<!--', open)) {
      const close = source.indexOf('-->', open)
      at = close === -1 ? source.length : close + 3
      continue
    }
    const name = /^<(\/?)([a-zA-Z][a-zA-Z0-9-]*)|^<[!?]/.exec(source.slice(open, open + 40))
    if (!name) {
      yield { text: '<' }
      at = open + 1
      continue
    }
    at = endOfTag(source, open) + 1
    const tag = name[2]?.toLowerCase()
    if (!tag) continue
    yield { tag, end: name[1] === '/' }
    if (name[1] !== '/' && (tag === 'script' || tag === 'style')) {
      const rest = new RegExp(`</${tag}`, 'gi')
      rest.lastIndex = at
      at = rest.exec(source)?.index ?? source.length
    }
  }
  if (at < source.length) yield { text: source.slice(at) }
}

/** So far a tag's end is looked for outside of quotes; past it, any `>` does. Keeps hostile pages linear. */
const LONGEST_TAG = 10_000

/** Where the `>` stands that ends the tag, not one in a quoted attribute. */
function endOfTag(source: string, from: number): number {
  let quote = ''
  for (let i = from; i < Math.min(source.length, from + LONGEST_TAG); i += 1) {
    const char = source[i] ?? ''
    if (quote) quote = char === quote ? '' : quote
    else if (char === '"' || char === "'") quote = char
    else if (char === '>') return i
  }
  return source.indexOf('>', from)
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name) return ENTITIES[name] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ''
  })
}
