import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { ORG } from '../app.ts'
import type { FileOutcome, Knowledge } from '../knowledge/index.ts'
import { InputError } from '../ops/errors.ts'
import { fetchOutside } from '../ops/outgoing-url.ts'
import { type Cli, defineCommand } from './command.ts'
import { withHub } from './open.ts'

const MAX_BYTES = 10 * 1024 * 1024
const TIMEOUT_MS = 30_000

export const knowledgeAdd = defineCommand({
  path: ['knowledge', 'add'],
  takes: '<path or url>',
  count: { least: 1, most: 1 },
  summary: 'Take documents into the knowledge base: a file, a folder, or a page by its address.',
  details: [
    'Markdown, HTML, plain text and CSV are read; of a folder everything of these, hidden files left out.',
    'The same source again replaces the document: a file is known by its name, a file of a folder by its path in it,',
    'a page by its address. Unchanged ones are not read again. The running hub finds the new ones at once.',
    'Addresses: https only, public hosts only, no redirects, at most 10 MiB.',
  ],
  options: { 'allow-http': { type: 'boolean', help: 'Fetch plain http addresses as well' } },
  async run({ values, args: [given = ''] }, cli) {
    const add = /^[a-z][a-z0-9+.-]*:\/\//i.test(given)
      ? await fromAddress(given, values['allow-http'] ?? false)
      : await fromPath(resolve(cli.folder, given))
    return withHub(
      cli,
      async ({ knowledge }) => {
        await knowledge.open()
        return add(knowledge, cli)
      },
      { create: true },
    )
  },
})

/** What is to be added is fetched or looked at before the hub is opened for it. @returns the exit code. */
type Add = (knowledge: Knowledge, cli: Cli) => Promise<number>

async function fromAddress(url: string, allowHttp: boolean): Promise<Add> {
  const { contentType, body } = await fetchOutside(url, {
    maxBytes: MAX_BYTES,
    timeoutMs: TIMEOUT_MS,
    allowHttp,
  })
  const { href, pathname } = new URL(url)
  const document = { name: pathname === '/' ? href : pathname, source: href, contentType, content: body }
  return one(href, (knowledge) => knowledge.ingest(ORG, document))
}

async function fromPath(path: string): Promise<Add> {
  const found = await stat(path).catch(() => undefined)
  if (!found) throw new InputError('no_such_path', `There is no ${path}.`)
  if (found.isDirectory()) return folder(path)
  const document = { name: basename(path), contentType: null, content: await readFile(path) }
  return one(basename(path), (knowledge) => knowledge.ingest(ORG, document))
}

function one(path: string, ingest: (knowledge: Knowledge) => ReturnType<Knowledge['ingest']>): Add {
  return async (knowledge, cli) => {
    const { status, document } = await ingest(knowledge)
    cli.out(lineOf({ path, status, chunks: document.chunkCount }))
    return 0
  }
}

function folder(path: string): Add {
  return async (knowledge, cli) => {
    const report = await knowledge.ingestFolder(ORG, path, (outcome) => cli.out(lineOf(outcome)))
    const { ingested, unchanged, skipped } = report
    cli.out(`${ingested.length} taken in, ${unchanged} unchanged, ${skipped.length} skipped`)
    return ingested.length + unchanged > 0 ? 0 : 1
  }
}

function lineOf(outcome: FileOutcome): string {
  switch (outcome.status) {
    case 'ingested':
      return `✓ ${outcome.path}  ${outcome.chunks} chunk(s)`
    case 'unchanged':
      return `= ${outcome.path}  unchanged`
    case 'skipped':
      return `- ${outcome.path}  ${outcome.reason}`
  }
}
