import { basename, extname } from 'node:path'
import { InputError } from '../../ops/errors.ts'
import { type ParsedDocument, tidy } from './blocks.ts'
import { parseCsv } from './csv.ts'
import { parseHtml } from './html.ts'
import { parseMarkdown } from './markdown.ts'
import { type Chunk, packBlocks } from './pack.ts'

export type SourceDocument = {
  /** File name or address; gives the title where the content has none. */
  name: string
  /** Media type, parameters allowed; null: by the name's ending. */
  contentType: string | null
  content: string | Uint8Array
}

export type ChunkedDocument = {
  title: string
  contentType: string
  /** From the front matter, like `kind: policy`. */
  labels: Record<string, string>
  chunks: Chunk[]
}

const PARSERS: Record<string, (source: string) => ParsedDocument> = {
  'text/markdown': parseMarkdown,
  'text/html': parseHtml,
  'text/csv': parseCsv,
  'text/plain': parseText,
}
const TYPE_BY_ENDING: Record<string, string> = {
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.csv': 'text/csv',
  '.txt': 'text/plain',
}
export const SUPPORTED_ENDINGS = Object.keys(TYPE_BY_ENDING)

/**
 * Cuts a document into chunks of up to 180 words along its structure. Throws InputError for types that are not
 * read (PDF among them) and for content that is not text.
 */
export function chunkDocument(document: SourceDocument): ChunkedDocument {
  const contentType = typeOf(document)
  const parse = PARSERS[contentType]
  if (!parse)
    throw new InputError(
      'unsupported_document',
      `${document.name}: ${contentType} is not supported. Markdown, HTML, plain text and CSV are; convert PDF and office files to one of them.`,
      { status: 415 },
    )
  const source = textOf(document)
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
  const { title, labels, blocks } = parse(source)
  const firstHeading = blocks.find((block) => block.kind === 'heading' && block.level === 1)
  const heading = firstHeading?.kind === 'heading' ? firstHeading.text : null
  // A page's <title> often ends with the site's name; a title in front matter was given on purpose.
  const chosen = (contentType === 'text/html' ? (heading ?? title) : (title ?? heading)) ?? nameOf(document)
  const chunks = packBlocks(blocks).map(({ headings, text }) => ({
    headings: headings.filter((above) => above !== chosen),
    text,
  }))
  return { title: chosen, contentType, labels, chunks }
}

function typeOf({ name, contentType }: SourceDocument): string {
  const given = contentType?.split(';')[0]?.trim().toLowerCase()
  const byEnding = TYPE_BY_ENDING[extname(name).toLowerCase()]
  // Browsers and tools send Markdown and CSV as plain text, or as bytes.
  if (!given || given === 'application/octet-stream' || given === 'text/plain')
    return byEnding ?? given ?? 'a file of unknown type'
  return given === 'text/x-markdown' ? 'text/markdown' : given
}

function textOf({ name, content }: SourceDocument): string {
  const text = typeof content === 'string' ? content : decode(content)
  if (text.includes('\u0000'))
    throw new InputError('invalid_document', `${name} is not text.`, { status: 415 })
  return text
}

/** UTF-8, or UTF-16 with its mark, or what older exports are: Windows-1252. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Paragraphs are what blank lines part. */
function parseText(source: string): ParsedDocument {
  const paragraphs = source.split(/\n[ \t]*\n/).map(tidy)
  return {
    title: null,
    labels: {},
    blocks: paragraphs.filter((text) => text !== '').map((text) => ({ kind: 'paragraph', text })),
  }
}

function nameOf({ name }: SourceDocument): string {
  return tidy(basename(name, extname(name)).replace(/[-_]+/g, ' ')) || 'Untitled'
}
