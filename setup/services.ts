import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * The programs that tests want beside Node. They are looked for where systems put them; run as a script
 * (by `npm test`), this file also installs by apt what is missing, when it may. Nothing is started here.
 */
type Service = { title: string; apt: string; find: () => string | undefined }

export const services = {
  postgres: { title: 'PostgreSQL', apt: 'postgresql', find: findPostgres },
  chromium: { title: 'Chromium', apt: 'chromium', find: findChromium },
} satisfies Record<string, Service>

/** The folder that holds `initdb` and `postgres`; distributions keep them out of PATH. */
export function findPostgres(): string | undefined {
  const versions = versionsIn('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`)
  const homebrew = ['/opt/homebrew', '/usr/local'].flatMap((prefix) =>
    ['18', '17', '16', '15', '14'].map((version) => `${prefix}/opt/postgresql@${version}/bin`),
  )
  return [...versions, ...homebrew, ...path()].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )
}

export function findChromium(): string | undefined {
  const given = process.env.CHROMIUM_PATH
  if (given && existsSync(given)) return given
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
  const applications = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ]
  const playwright = join(process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache/ms-playwright'))
  const downloads = versionsIn(playwright, 'chromium-').flatMap((name) => [
    join(playwright, name, 'chrome-linux/chrome'),
    join(playwright, name, 'chrome-linux64/chrome'),
  ])
  return [
    ...names.flatMap((name) => path().map((folder) => join(folder, name))),
    ...applications,
    ...downloads,
  ].find((file) => existsSync(file))
}

/** Wanted by a bench alone, which installs and starts it itself. */
export const redis: Service = { title: 'Redis', apt: 'redis-server', find: findRedis }

export function findRedis(): string | undefined {
  return path()
    .map((folder) => join(folder, 'redis-server'))
    .find((file) => existsSync(file))
}

function path(): string[] {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
}

/** Newest first. */
function versionsIn(folder: string, prefix = ''): string[] {
  if (!existsSync(folder)) return []
  const number = (name: string) => Number(name.slice(prefix.length))
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && number(name) > 0)
    .sort((a, b) => number(b) - number(a))
}

/** Installs by apt what of these is missing, when it may; says what it did and did not. */
export async function installMissing(wanted: readonly Service[]): Promise<void> {
  const missing = wanted.filter((service) => service.find() === undefined)
  if (missing.length === 0) return
  const titles = missing.map(({ title }) => title).join(' and ')
  const reason = whyNotApt()
  if (reason) {
    console.error(`${titles}: not found, and not installed here (${reason}).`)
    return
  }
  console.error(`Installing ${titles} …`)
  const packages = missing.map((service) => service.apt)
  const lock = ['-o', 'DPkg::Lock::Timeout=120']
  const failure =
    (await apt([...lock, '-q', 'update'])) ??
    (await apt([...lock, '-q', 'install', '-y', '--no-install-recommends', ...packages]))
  if (failure) console.error(`${titles} could not be installed: ${failure}`)
}

function whyNotApt(): string | undefined {
  if (process.platform !== 'linux') return 'only done on Linux'
  if (process.getuid?.() !== 0) return 'only root may'
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'there is no apt-get'
  return undefined
}

/** @returns what went wrong, in apt's words; undefined when nothing did. */
function apt(args: string[]): Promise<string | undefined> {
  // RUNLEVEL keeps the packages' scripts from starting a server of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  return new Promise((resolve) => {
    const child = spawn('apt-get', args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code) => {
      const errors = output.split('\n').filter((line) => /^[EW]:/.test(line))
      resolve(code === 0 ? undefined : (errors.at(-1) ?? output.trim().split('\n').at(-1) ?? `exit ${code}`))
    })
  })
}

if (import.meta.main) {
  const { postgres, ...others } = services
  await installMissing(
    process.env.TEST_DATABASE_URL ? Object.values(others) : [postgres, ...Object.values(others)],
  )
}
