import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { sections } from '../src/config/index.ts'
import type { Integration } from '../src/ports/index.ts'
import { declarationOf, vendors } from './declarations.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * The folders of src/, from the ground up. A folder may import those of the lines before its own; folders on
 * one line do not know each other: what one wants of another is a skill or an event.
 */
const LAYERS = [
  ['ports'],
  ['ops'],
  ['config', 'store'],
  ['work'],
  ['events'],
  ['customers', 'knowledge', 'ai'],
  ['tickets'],
  ['skills'],
  ['rules', 'flows', 'escalations', 'outreach', 'calls', 'outbound'],
  ['inbound', 'chat'],
  ['sandbox', 'cli'],
]
/** Compose the rest, so they may import anything. */
const TOP_FILES = ['app.ts', 'connect.ts', 'start.ts', 'main.ts', 'cli.ts']
/** Start the hub themselves, or open parts of it. */
const MAY_IMPORT_TOP_FILES = ['sandbox', 'cli']
/** Words that everybody shares, the ports included. */
const SHARED_FILES = ['src/events/schemas.ts']

/** What a vendor's code may use of the hub. */
const INTEGRATIONS_MAY_IMPORT = ['src/ports/index.ts', 'src/events/schemas.ts', 'src/ops/errors.ts']
const MAY_IMPORT_THE_LIST = [...TOP_FILES, 'sandbox', 'cli']
/** Whatever fills a port is called alike in every vendor's folder. */
const FILE_OF_PORT: Record<string, string> = {
  desk: 'desk.ts',
  mailer: 'mailer.ts',
  inboundMail: 'inbound-mail.ts',
  voice: 'voice.ts',
  chat: 'chat.ts',
  model: 'model.ts',
  fallbackModel: 'model.ts',
  embedder: 'embedder.ts',
  reranker: 'reranker.ts',
  index: 'search-index.ts',
  taskDesk: 'task-desk.ts',
}
const LONGEST_VENDOR_FILE = 400
/** Big packages, which nobody should pay for who has not configured their vendor. */
const HEAVY = [
  '@discordjs/rest',
  '@huggingface/tokenizers',
  '@qdrant/js-client-rest',
  '@slack/web-api',
  '@vapi-ai/server-sdk',
  'node-zendesk',
  'onnxruntime-node',
  'openai',
  'pg',
  'playwright-core',
  'resend',
]

type Import = { from: string; to: string; typeOnly: boolean }

describe('src', () => {
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && sourcesIn(`src/${entry.name}`).length > 0)
    .map((entry) => entry.name)

  it('has no folder whose place is not laid down', () => {
    expect(folders.filter((folder) => folder !== 'web' && levelOf(folder) === -1)).toEqual([])
  })

  it.each(folders.filter((folder) => folder !== 'web'))('%s imports only what lies beneath it', (folder) => {
    const upward = importsOf(`src/${folder}`)
      .filter(({ to }) => to.startsWith('src/') && !SHARED_FILES.includes(to))
      .filter(({ to }) => partOf(to) !== folder && !mayImport(folder, partOf(to)))
    expect(upward.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('the page takes types from the hub, and nothing that runs', () => {
    const running = importsOf('src/web').filter(({ to, typeOnly }) => !to.startsWith('src/web/') && !typeOnly)
    expect(running.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('knows vendors by their list alone, and only where the hub is composed', () => {
    const direct = importsOf('src').filter(({ to }) => to.startsWith('integrations/'))
    const wrong = direct.filter(
      ({ from, to }) => to !== 'integrations/index.ts' || !MAY_IMPORT_THE_LIST.includes(partOf(from)),
    )
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })
})

describe.each(vendors)('integrations/%s', (vendor) => {
  const folder = `integrations/${vendor}`
  const has = (file: string) => existsSync(join(root, folder, file))

  it('is declared in index.ts under its own name, and a README says how to connect it', async () => {
    expect((await declarationOf(vendor)).name).toBe(vendor)
    expect(has('README.md')).toBe(true)
  })

  it('describes each of its variables, and requires only variables that it has', async () => {
    const declaration = await declarationOf(vendor)
    const variables =
      sections([declaration]).find(({ title }) => title === declaration.title)?.variables ?? []
    expect(variables.filter(({ description }) => description === '')).toEqual([])
    const names = variables.map(({ name }) => name)
    expect(declaration.variants.flat().filter((name) => !names.includes(name))).toEqual([])
  })

  it('fills each port in the file that is named after it', async () => {
    const { ports, webhook } = await declarationOf(vendor)
    const files = [...Object.keys(ports).map((port) => FILE_OF_PORT[port] ?? `${port}?`)]
    if (webhook) files.push('verify.ts', 'parse.ts')
    expect(files.filter((file) => !has(file))).toEqual([])
  })

  it('imports the ports, the events and the errors of the hub, and no other vendor', () => {
    const outside = importsOf(folder).filter(({ to }) => !to.startsWith(`${folder}/`))
    const wrong = outside.filter(({ to }) => !INTEGRATIONS_MAY_IMPORT.includes(to))
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it(`has no file longer than ${LONGEST_VENDOR_FILE} lines`, () => {
    const long = sourcesIn(folder).filter((file) => read(file).split('\n').length > LONGEST_VENDOR_FILE)
    expect(long).toEqual([])
  })
})

describe('with nothing configured', () => {
  const declarations = vendors.map((vendor) => `integrations/${vendor}/index.ts`)
  const app = ['integrations/index.ts', 'src/app.ts'].filter((file) => existsSync(join(root, file)))

  it('no vendor’s package is loaded', () => {
    expect(packagesLoadedBy([...declarations, ...app]).filter((name) => HEAVY.includes(name))).toEqual([])
  })
})

it.runIf(existsSync(join(root, 'integrations/index.ts')))('the list has every vendor’s folder', async () => {
  const { integrations }: { integrations: Integration[] } = await import(join(root, 'integrations/index.ts'))
  expect(integrations.map(({ name }) => name).toSorted()).toEqual(vendors.toSorted())
})

/** The names of all packages that a new process has loaded once it has imported `files`. */
function packagesLoadedBy(files: string[]): string[] {
  const script = `
    const { registerHooks } = await import('node:module')
    const loaded = new Set()
    registerHooks({
      load(url, context, next) {
        const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? []
        if (name) loaded.add(name)
        return next(url, context)
      },
    })
    for (const file of ${JSON.stringify(files.map((file) => join(root, file)))}) await import(file)
    console.log(JSON.stringify([...loaded]))
    process.exit(0)
  `
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  return JSON.parse(output.trim().split('\n').at(-1) ?? '[]')
}

function levelOf(folder: string): number {
  return LAYERS.findIndex((layer) => layer.includes(folder))
}

function mayImport(folder: string, other: string): boolean {
  if (TOP_FILES.includes(other)) return MAY_IMPORT_TOP_FILES.includes(folder)
  return levelOf(other) !== -1 && levelOf(other) < levelOf(folder)
}

/** `src/flows/engine.ts` → `flows`; `src/app.ts` → `app.ts`. */
function partOf(file: string): string {
  return file.split('/')[1] ?? ''
}

function sourcesIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
}

function importsOf(folder: string): Import[] {
  return sourcesIn(folder).flatMap((from) => {
    const statements = read(from).matchAll(
      /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'|import\('(\.[^']+)'\)/gm,
    )
    return [...statements].map(([, type, path, lazy]) => ({
      from,
      to: relative(root, resolve(root, dirname(from), path ?? lazy ?? '')),
      typeOnly: type !== undefined,
    }))
  })
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}
