import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { integrations } from '../../integrations/index.ts'
import type { Config } from '../config/index.ts'
import { connect } from '../connect.ts'
import { createEmbeddedIndex, createLocalEmbedder } from '../knowledge/index.ts'
import { messageOf } from '../ops/errors.ts'
import { collectHealth, type HealthCheck } from '../ops/health.ts'
import type { Check, Embedder } from '../ports/index.ts'
import { missingMigrations, openStore, raw } from '../store/index.ts'
import { workFigures } from '../work/index.ts'
import { type Cli, defineCommand } from './command.ts'
import { configOf, databaseFile, logOf } from './open.ts'

const BOUND_MS = 20_000

export const doctor = defineCommand({
  path: ['doctor'],
  summary: 'Test everything that is configured, and say what is wrong and what to do.',
  details: [
    'Asks every vendor with the configured credentials; sends nothing and changes nothing.',
    'Exit code 1 when something is wrong, mistakes of the configuration included.',
  ],
  async run(_given, cli) {
    const config = configOf(cli)
    for (const warning of [...config.warnings, ...doubtsAbout(config)]) cli.out(`! ${warning}`)
    if (config.sandbox) {
      cli.out('No vendor is configured: npm start runs in the sandbox, with stand-ins for all of them.')
      cli.out('  → The variables are in .env.example, what to click in integrations/*/README.md.')
    }
    const log = logOf(config)
    const connections = await connect(integrations, config, { clock: cli.clock, log })
    const embedder = connections.embedder ?? (await createLocalEmbedder({ log }))
    const checks: HealthCheck[] = [
      { name: 'store', required: true, check: () => checkStore(config) },
      { name: 'embedder', required: true, check: () => embedder.check() },
      ...(connections.index
        ? []
        : [{ name: 'index', required: true, check: () => checkIndex(config, embedder, log) }]),
      ...connections.checks.map(({ name, check }) => ({ name, check, required: true })),
    ]
    const { ready, checks: results } = await collectHealth(checks, cli.clock, BOUND_MS)
    await embedder.close()
    show(results, cli)
    return ready ? 0 : 1
  },
})

function show(results: Record<string, Check>, cli: Cli) {
  const width = Math.max(...Object.keys(results).map((name) => name.length))
  for (const [name, check] of Object.entries(results)) {
    cli.out(`${check.ok ? '✓' : '✗'} ${name.padEnd(width)}  ${check.detail}`)
    if (!check.ok) cli.out(`  → ${check.hint}`)
  }
  const wrong = Object.values(results).filter(({ ok }) => !ok).length
  cli.out(wrong === 0 ? 'All is well.' : `${wrong} of ${Object.keys(results).length} do not work.`)
}

/** What works, but hardly as meant. */
function doubtsAbout(config: Config): string[] {
  const posts = integrations.filter(({ name, webhook }) => webhook && config.integrations[name])
  const { hostname } = new URL(config.server.publicUrl)
  const unreachable = /^(localhost|127\.|\[::1\])/.test(hostname)
  return [
    ...(posts.length > 0 && unreachable
      ? [
          `PUBLIC_URL is ${config.server.publicUrl}: ${posts.map(({ title }) => title).join(', ')} cannot post there`,
        ]
      : []),
  ]
}

async function checkStore(config: Config): Promise<Check> {
  const { databaseUrl } = config.store
  const file = databaseFile(config)
  if (databaseUrl === null && !existsSync(file)) return checkFolder(config.store.dataDir)
  const store = await openStore({ databaseUrl, file })
  try {
    const where = databaseUrl === null ? file : 'postgres'
    await store.read.first(raw('SELECT 1'))
    const missing = await missingMigrations(store.read)
    if (missing.length > 0) return { ok: true, detail: `${where}; the next start runs ${missing.join(', ')}` }
    const { due, dead } = await workFigures(store.read)
    const gaveUp = dead === 0 ? '' : `, ${dead} gave up (npm run cli -- work dead)`
    return { ok: true, detail: `${where}; ${due} rows of work wait${gaveUp}` }
  } catch (error) {
    return { ok: false, detail: messageOf(error), hint: 'Is it there, and may the hub use it?' }
  } finally {
    await store.close()
  }
}

/** Whether the database can be made there: DATA_DIR, or the folder above it that exists. */
function checkFolder(dataDir: string): Check {
  let folder = resolve(dataDir)
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  try {
    accessSync(folder, constants.W_OK)
    return { ok: true, detail: `no database yet; the first start makes one in ${dataDir}` }
  } catch {
    return {
      ok: false,
      detail: `${folder} cannot be written to`,
      hint: 'Give it to the user that the hub runs as, or set DATA_DIR.',
    }
  }
}

async function checkIndex(config: Config, embedder: Embedder, log: ReturnType<typeof logOf>): Promise<Check> {
  const file = join(config.store.dataDir, 'index.db')
  if (!existsSync(file))
    return { ok: true, detail: 'no knowledge yet; add some with npm run cli -- knowledge add' }
  const index = await createEmbeddedIndex({ file, log })
  try {
    await index.open({ model: embedder.model, dimensions: embedder.dimensions })
    return await index.check()
  } catch (error) {
    return { ok: false, detail: messageOf(error), hint: 'The hub does not start like this.' }
  } finally {
    await index.close()
  }
}
