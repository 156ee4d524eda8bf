import { createServer } from 'node:net'

/** Prints rows as a table; every row has the first one's columns. Numbers stand right. */
export function printTable(title: string, rows: Record<string, string | number>[]): void {
  const columns = Object.keys(rows[0] ?? {})
  const cells = rows.map((row) => columns.map((column) => show(row[column])))
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...cells.map((row) => row[i]?.length ?? 0)),
  )
  const numeric = columns.map((column) => rows.every((row) => typeof row[column] === 'number'))
  const line = (texts: string[]) =>
    texts
      .map((text, i) => (numeric[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
  console.log(`\n${title}\n`)
  console.log(line(columns))
  console.log(line(widths.map((width) => '-'.repeat(width))))
  for (const row of cells) console.log(line(row))
}

/** The value under which `share` (0 to 1) of the samples lie. */
export function percentile(samples: number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Runs `task` for each input, one after the other; milliseconds each took. */
export async function timeEach<Input>(inputs: Input[], task: (input: Input) => unknown): Promise<number[]> {
  const times: number[] = []
  for (const input of inputs) {
    const startedAt = performance.now()
    await task(input)
    times.push(performance.now() - startedAt)
  }
  return times
}

function show(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? ''
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(value < 10 ? 2 : 1)
}

/** A goal beside what was reached. */
export function verdict(text: string, reached: boolean): void {
  console.log(`${reached ? '✓' : '✗'} ${text}`)
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
