import type { Block } from './blocks.ts'

export type Chunk = {
  /** Headings above the chunk, outermost first. */
  headings: string[]
  text: string
}

/** Words per chunk: about what the embedding model reads in one go (256 tokens). */
const MAX_WORDS = 180
/** A section's last chunk under this joins the one before. */
const MIN_WORDS = 30

/**
 * Cuts along the structure: a chunk never crosses a heading, paragraphs stay whole where they fit, a table's
 * header is repeated over each part of it. Nothing overlaps: the headings carry the context.
 */
export function packBlocks(blocks: Block[]): Chunk[] {
  return sections(blocks).flatMap(({ headings, pieces }) =>
    joinPieces(pieces).map((text) => ({ headings, text })),
  )
}

function sections(blocks: Block[]): { headings: string[]; pieces: string[] }[] {
  const found: { headings: string[]; pieces: string[] }[] = []
  let above: { level: number; text: string }[] = []
  let pieces: string[] = []
  const end = () => {
    if (pieces.length > 0) found.push({ headings: above.map(({ text }) => text), pieces })
    pieces = []
  }
  for (const block of blocks) {
    if (block.kind === 'heading') {
      end()
      above = [...above.filter(({ level }) => level < block.level), block]
    } else if (block.kind === 'paragraph') pieces.push(...cutText(block.text))
    else pieces.push(...cutTable(block.header, block.rows))
  }
  end()
  return found
}

function joinPieces(pieces: string[]): string[] {
  const texts: string[] = []
  for (const [i, piece] of pieces.entries()) {
    const last = texts.at(-1)
    const together = last === undefined ? 0 : wordCount(last) + wordCount(piece)
    const room = i === pieces.length - 1 && wordCount(piece) < MIN_WORDS ? MAX_WORDS + MIN_WORDS : MAX_WORDS
    if (last === undefined || together > room) texts.push(piece)
    else texts[texts.length - 1] = `${last}\n${piece}`
  }
  return texts
}

/** At the ends of sentences where those are near enough, else between words. */
function cutText(text: string): string[] {
  if (wordCount(text) <= MAX_WORDS) return [text]
  const sentences = text.split(/(?<=[.!?。！？])\s*/u)
  return gather(
    sentences.flatMap((sentence) => (wordCount(sentence) <= MAX_WORDS ? [sentence] : cutWords(sentence))),
    0,
  ).map((part) => part.join(' '))
}

function cutWords(sentence: string): string[] {
  return gather(sentence.match(/\S{1,200}/g) ?? [], 0).map((words) => words.join(' '))
}

/** Each part begins with the header row; a row that is too long by itself is text. */
function cutTable(header: string[] | null, rows: string[][]): string[] {
  const top = header ? line(header) : ''
  if (rows.length === 0) return top ? cutText(top) : []
  return gather(rows.map(line), wordCount(top)).flatMap((part) => {
    const table = [top, ...part].filter((row) => row !== '').join('\n')
    return wordCount(table) <= MAX_WORDS || part.length > 1 ? [table] : cutText(table)
  })
}

function line(cells: string[]): string {
  return cells.join(' | ')
}

/** Neighbours together up to the size of a chunk, `reserved` words of which are spoken for. */
function gather(parts: string[], reserved: number): string[][] {
  const groups: string[][] = []
  let words = 0
  for (const part of parts) {
    const count = wordCount(part)
    const group = groups.at(-1)
    if (group && words + count <= MAX_WORDS) {
      group.push(part)
      words += count
    } else {
      groups.push([part])
      words = reserved + count
    }
  }
  return groups
}

/** Words, or what takes as much room in writing without spaces. */
export function wordCount(text: string): number {
  const spaced = text.match(/\S+/g)?.length ?? 0
  return Math.max(spaced, Math.ceil(text.length / 10))
}
