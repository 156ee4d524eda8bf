import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

/** Whether this run can have a Postgres: for `describe.skipIf(!hasPostgres)`. */
export const hasPostgres = Boolean(process.env.TEST_DATABASE_URL ?? process.env.POSTGRES_BIN)

const PREFIX = 'switchboard-postgres-'
const START_WITHIN_MS = 30_000
const STOP_WITHIN_MS = 5_000

/**
 * A new, empty database and its connection URL. The first call of a run starts the server, unless
 * TEST_DATABASE_URL names one. It is gone when the run ends.
 */
export async function freshPostgres(): Promise<string> {
  const server = process.env.TEST_DATABASE_URL ?? (await startedServer())
  const name = `${process.env.POSTGRES_PREFIX ?? 'test_'}${randomBytes(8).toString('hex')}`
  await withClient(server, (client) => client.query(`create database ${name}`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Drops the databases of this run from a server that is not the run's own. */
export async function dropDatabases(server: string, prefix: string) {
  await withClient(server, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [prefix],
    )
    for (const { datname } of rows) await client.query(`drop database if exists ${datname} with (force)`)
  })
}

async function withClient(url: string, use: (client: pg.Client) => Promise<unknown>) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

/** Where this run keeps its server; the name carries the process that will remove it. */
export function postgresFolder(): string {
  return join(tmpdir(), `${PREFIX}${process.pid}`)
}

/** Stops the server in `folder`, if one was started, and removes it; nothing in it is worth a clean end. */
export async function removePostgres(folder: string) {
  const pidFile = join(folder, 'data/postmaster.pid')
  const pid = Number(readOr(pidFile).split('\n')[0])
  if (pid > 0 && isAlive(pid)) {
    process.kill(pid, 'SIGQUIT')
    for (const deadline = Date.now() + STOP_WITHIN_MS; Date.now() < deadline && existsSync(pidFile); )
      await delay(20)
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Ends the servers of runs that were killed before they could. */
export async function removeAbandoned() {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX))
  const abandoned = folders.filter((name) => !isAlive(Number(name.slice(PREFIX.length))))
  await Promise.all(abandoned.map((name) => removePostgres(join(tmpdir(), name))))
}

/** Test processes run side by side: the one that makes the folder starts the server, the others wait for its URL. */
async function startedServer(): Promise<string> {
  const { POSTGRES_BIN: bin, POSTGRES_FOLDER: folder } = process.env
  if (!bin || !folder) throw new Error('No Postgres on this machine: guard the suite with hasPostgres')
  const urlFile = join(folder, 'url')
  const failureFile = join(folder, 'failure')
  if (claim(folder)) {
    try {
      writeFileSync(urlFile, await start(bin, folder))
    } catch (error) {
      writeFileSync(failureFile, String(error))
    }
  }
  for (const deadline = Date.now() + START_WITHIN_MS; Date.now() < deadline; await delay(50)) {
    const url = readOr(urlFile)
    if (url) return url
    if (existsSync(failureFile)) throw new Error(`Postgres did not start: ${readOr(failureFile)}`)
  }
  throw new Error(`Postgres did not start within ${START_WITHIN_MS / 1000} s`)
}

function claim(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch {
    return false
  }
}

async function start(bin: string, folder: string): Promise<string> {
  const data = join(folder, 'data')
  const as = unprivileged()
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid)
  const options = { ...as, cwd: folder, encoding: 'utf8', stdio: 'pipe' } as const
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    options,
  )
  const port = await freePort()
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'synchronous_commit=off',
    'full_page_writes=off',
    'max_connections=200',
  ]
  const flags = settings.map((setting) => `-c ${setting}`).join(' ')
  const log = join(folder, 'log')
  const { status } = spawnSync(
    join(bin, 'pg_ctl'),
    ['-D', data, '-l', log, '-w', '-t', '20', '-o', flags, 'start'],
    { ...options, stdio: 'ignore' },
  )
  if (status !== 0)
    throw new Error(readOr(log).trim().split('\n').slice(-3).join('; ') || `pg_ctl: ${status}`)
  return `postgres://postgres@127.0.0.1:${port}/postgres`
}

/** Postgres refuses to run as root: then it runs as `postgres` or `nobody`. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  for (const user of ['postgres', 'nobody']) {
    const { status, stdout } = spawnSync('id', ['-u', user], { encoding: 'utf8' })
    const gid = spawnSync('id', ['-g', user], { encoding: 'utf8' }).stdout
    if (status === 0) return { uid: Number(stdout), gid: Number(gid) }
  }
  throw new Error('there is no user "postgres" or "nobody" to run it as')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
