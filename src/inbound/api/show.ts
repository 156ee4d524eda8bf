/** A row as JSON: without its organisation, with its JSON columns parsed. */
export function parsedColumns<Row extends { org: string }, Column extends keyof Row>(
  row: Row,
  columns: readonly Column[],
): Omit<Row, 'org' | Column> & Record<Column, unknown> {
  const { org: _, ...rest } = row
  const parsed = Object.fromEntries(
    columns.map((column) => {
      const value = row[column]
      return [column, typeof value === 'string' ? JSON.parse(value) : null]
    }),
  )
  return { ...rest, ...parsed } as Omit<Row, 'org' | Column> & Record<Column, unknown>
}
