import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const lockFile = join(root, 'package-lock.json')
/** Holds the hash of the lock file that node_modules was last seen to agree with. */
const stampFile = join(root, 'node_modules/.switchboard')
const PROGRESS_EVERY_MS = 10_000

/** Installs the packages when there are none or the lock file has changed since; throws with what to do. */
export async function ensureInstalled() {
  if (Number(process.versions.node.split('.')[0]) < 20)
    throw new Error(
      `Node ${process.versions.node} is too old: Switchboard needs Node 20 or newer to set itself up.`,
    )

  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex')
  if (readOr(stampFile, '').trim() === hash) return
  if (!agreesWithLock()) await install()
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, `${hash}\n`)
}

/** Whether npm's own record of node_modules has every package of the lock file (but those of other platforms). */
function agreesWithLock() {
  const installed = JSON.parse(readOr(join(root, 'node_modules/.package-lock.json'), '{}')).packages ?? {}
  const wanted = Object.entries(JSON.parse(readFileSync(lockFile, 'utf8')).packages)
  return wanted.every(([path, { version, optional }]) => {
    if (path === '') return true
    return installed[path] ? installed[path].version === version : optional === true
  })
}

async function install() {
  console.error('Installing packages (once; some hundred MB, a minute or two) …')
  const started = Date.now()
  const progress = setInterval(() => {
    console.error(`  still installing, ${Math.round((Date.now() - started) / 1000)} s`)
  }, PROGRESS_EVERY_MS)
  const { code, output } = await npm(['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'])
  clearInterval(progress)
  if (code !== 0) throw new Error(whyItFailed(output))
  console.error(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`)
}

function npm(args) {
  // Under `npm run` the path of npm's own script is known: no shell, and the very npm that was called.
  const script = process.env.npm_execpath
  const viaScript = script?.endsWith('.js')
  const windows = process.platform === 'win32'
  return new Promise((resolve, reject) => {
    const child = viaScript
      ? spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: windows })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk
      })
    child.once('error', () =>
      reject(new Error('npm was not found. Install Node 20 or newer together with npm.')),
    )
    child.once('close', (code) => resolve({ code, output }))
  })
}

function whyItFailed(output) {
  if (/\bEUSAGE\b/.test(output)) {
    const lines = output.split('\n').filter((line) => /(Missing|Invalid): /.test(line))
    return `${lines.join('\n')}\n\npackage-lock.json does not fit package.json, so nothing was installed.\nWhoever changed package.json must run \`npm install\` and commit package-lock.json with it.`
  }
  const tail = output.trim().split('\n').slice(-15).join('\n')
  const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/.test(output)
  if (unreachable)
    return `${tail}\n\nThe npm registry could not be reached, so the packages could not be installed.\nCheck the connection (and, behind a proxy, npm's "proxy" and "registry" settings), then run the same command again.`
  if (/EACCES|EPERM|EROFS/.test(output))
    return `${tail}\n\nThe packages could not be written to ${join(root, 'node_modules')}.\nMake the folder writable for the user who runs this, then run the same command again.`
  if (/ENOSPC/.test(output))
    return `${tail}\n\nThe disk is full. Free about 1 GB, then run the same command again.`
  return `${tail}\n\nThe packages could not be installed; the lines above are npm's. Then run the same command again.`
}

function readOr(file, otherwise) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}
