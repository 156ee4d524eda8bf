import { type ParsedDocument, tidy } from './blocks.ts'

/**
 * RFC 4180 with the separator guessed from the first line (comma, semicolon, tab) and its first row as header.
 */
export function parseCsv(source: string): ParsedDocument {
  const [header, ...rows] = readRows(source, separatorOf(source))
  if (!header) return { title: null, labels: {}, blocks: [] }
  return { title: null, labels: {}, blocks: [{ kind: 'table', header, rows }] }
}

function separatorOf(source: string): string {
  const firstLine = source.slice(0, source.indexOf('\n') === -1 ? source.length : source.indexOf('\n'))
  const count = (separator: string) => firstLine.split(separator).length
  return [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] ?? ','
}

function readRows(source: string, separator: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const endCell = () => {
    row.push(tidy(cell))
    cell = ''
  }
  const endRow = () => {
    endCell()
    if (row.some((value) => value !== '')) rows.push(row)
    row = []
  }

  for (let i = 0; i < source.length; i += 1) {
    const char = source[i] ?? ''
    if (quoted && char === '"' && source[i + 1] === '"') {
      cell += '"'
      i += 1
    } else if (char === '"' && (quoted || cell === '')) quoted = !quoted
    else if (quoted) cell += char
    else if (char === separator) endCell()
    else if (char === '\n') endRow()
    else cell += char
  }
  endRow()
  return rows
}
