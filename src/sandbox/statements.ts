/** What Markdown text states, piece by piece: its sentences and the rows of its tables, without marks. */
export function statementsOf(markdown: string): string[] {
  const lines = markdown.split('\n')
  const prose = lines
    .filter((line) => !/^\s*(#|\||---)/.test(line))
    .map((line) => line.replace(/^\s*[-*>]\s+/, '').replace(/[*_`]/g, ''))
    .join(' ')
  return [...sentencesOf(prose), ...rowsOf(lines)]
}

function sentencesOf(prose: string): string[] {
  return prose
    .split(SENTENCE_END)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length > 2)
}

/** Neither after the abbreviations of price lists nor before a small letter or a digit. */
const SENTENCE_END =
  /(?<=[.!?…।])(?<!\b(?:approx|incl|excl|e\.g|i\.e|no|st|ca|z\.B|bzw)\.)\s+(?=\p{Lu}|\p{Lo}|¿|¡)/u

const MAX_ROW = 240

/** `Garden Room: Sleeps 2; Size 26 m².`, with as many columns as are short enough to be said. */
function rowsOf(lines: string[]): string[] {
  return lines.flatMap((line, at) => {
    const start = headOf(lines, at)
    if (start === undefined || at < start + 2) return []
    const [name = '', ...cells] = cellsOf(line)
    const head = cellsOf(lines[start] ?? '').slice(1)
    const parts = cells.map((cell, column) => `${head[column] ?? ''} ${cell}`.trim())
    while (parts.length > 1 && parts.join('; ').length + name.length > MAX_ROW) parts.pop()
    return parts.length === 0 ? [] : [`${name}: ${parts.join('; ')}.`]
  })
}

/** The line of the heading of the table in which a line stands; undefined outside of tables. */
function headOf(lines: string[], at: number): number | undefined {
  let start = at
  while (start >= 0 && lines[start]?.startsWith('|')) start -= 1
  const isTable = /^\|[\s:|-]+\|?$/.test(lines[start + 2] ?? '')
  return start < at && isTable ? start + 1 : undefined
}

function cellsOf(row: string): string[] {
  return row
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split('|')
    .map((cell) => cell.replace(/[*_`]/g, '').trim())
}
