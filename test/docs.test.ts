import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { commands } from '../src/cli/commands.ts'
import { sections } from '../src/config/index.ts'
import { scenarios } from '../src/sandbox/scenarios.ts'
import { declarationOf, vendors } from './declarations.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...globSync('{docs,manifests}/**/*.md', { cwd: root }),
  ...globSync('{integrations,src}/*/README.md', { cwd: root }),
]

describe.each(pages)('%s', (page) => {
  const text = read(page)

  it('names npm commands that exist', () => {
    const named = [...text.matchAll(/npm (?:run (?:--silent )?([a-z]+)|(start|test)\b)/g)].map(
      ([, script, own]) => script ?? own ?? '',
    )
    expect(named.filter((name) => !(name in packageJson.scripts))).toEqual([])
  })

  it('calls operations and scenarios by names that exist', () => {
    const called = [...text.matchAll(/npm run (?:--silent )?cli -- ([a-z-]+(?: [a-z-]+)?)/g)].map(
      ([, words]) => words,
    )
    const known = commands.map(({ path }) => path.join(' '))
    expect(called.filter((words) => !known.some((name) => `${words} `.startsWith(`${name} `)))).toEqual([])
    const scenario = [...text.matchAll(/--scenario ([a-z_]+)/g)].map(([, name]) => name)
    expect(scenario.filter((name) => !scenarios.some((one) => one.name === name))).toEqual([])
  })

  it('names variables that a schema has', async () => {
    const declared = sections(await Promise.all(vendors.map(declarationOf)))
    const names = declared.flatMap(({ variables }) => variables.map(({ name }) => name))
    const families = new Set(names.map((name) => `${name.split('_')[0]}_`))
    const mentioned = [...text.matchAll(/(?<![\w$-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w-])/g)].map(
      ([name]) => name,
    )
    const wrong = mentioned
      .map((name) => name.replace(/_FILE$/, ''))
      .filter((name) => families.has(`${name.split('_')[0]}_`) && !names.includes(name))
    expect(wrong.filter((name) => !EXAMPLES.has(name))).toEqual([])
  })

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target ?? '')
    const local = links.filter((target) => !/^[a-z]+:/.test(target))
    expect(local.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([])
  })

  it('links to headings that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]*\.md)?#([^)\s]+)\)/g)]
    const lost = links.filter(([, target, anchor = '']) => {
      const file = target === undefined ? page : join(dirname(page), target)
      return !anchorsOf(read(file)).includes(anchor)
    })
    expect(lost.map(([link]) => link)).toEqual([])
  })
})

/** The names under which a page's headings can be linked to. */
const anchorsOf = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Named where a page tells how to make something new, or what a test reads. */
const EXAMPLES = new Set(['VENDOR_SPECS_DIR', 'TEST_DATABASE_URL'])

describe('docs/errors.md', () => {
  const listed = [...read('docs/errors.md').matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code ?? '')

  const used = codesInSource()

  it('has every code that the hub can answer or note', () => {
    expect(used.filter((code) => !listed.includes(code))).toEqual([])
  })

  it('has no code that is gone, and none twice', () => {
    expect(listed.filter((code, i) => !used.includes(code) || listed.indexOf(code) !== i)).toEqual([])
  })
})

/** How each kind of code is written down in the source. */
function codesInSource(): string[] {
  const files = globSync('{src,integrations}/**/*.ts', { cwd: root }).filter(
    (file) => !file.startsWith('src/sandbox/') && !file.startsWith('src/web/'),
  )
  const found = files.flatMap((file) => {
    const text = read(file)
    const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => code ?? '')
    return [
      ...all(/new InputError\(\s*'([a-z_]+)'/g),
      ...all(/sendProblem\(\s*response,\s*\d+,\s*'([a-z_]+)'/g),
      ...all(/'(vendor_[a-z_]+)'/g),
      ...all(/readonly code = '([a-z_]+)'/g),
      ...all(/new Refused\(\s*'([a-z_]+)'/g).map((gate) => `refused_${gate}`),
      ...(file === 'src/outreach/policy.ts'
        ? [...(/type Gate = (.+)/.exec(text)?.[1] ?? '').matchAll(/'([a-z_]+)'/g)].map(
            ([, gate]) => `refused_${gate}`,
          )
        : []),
      ...(file === 'src/ops/outgoing-url.ts' ? all(/refuse\(\s*'([a-z_]+)'/g) : []),
      ...(file === 'src/inbound/problem.ts' || file.startsWith('src/flows/')
        ? all(/code: '([a-z_]+)'/g)
        : []),
      ...(file === 'src/ports/common.ts' ? all(/'(unsigned|stale|future|wrong_signature)'/g) : []),
    ]
  })
  return [...new Set(found)].toSorted()
}
