/** A document's structure, the same whatever format it came in. */
export type Block =
  /** 1 is the outermost. */
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  /** Cells in rows; `header` null where the source has none. */
  | { kind: 'table'; header: string[] | null; rows: string[][] }

export type ParsedDocument = {
  /** null where the source does not say. */
  title: string | null
  labels: Record<string, string>
  blocks: Block[]
}

/** One space for any run of white space. */
export function tidy(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
