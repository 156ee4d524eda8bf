/**
 * What every npm script goes through: `node setup/run.mjs [--services] <file | package> [arguments…]`.
 * Installs what is missing, picks a Node that runs TypeScript as it is, then becomes the command asked for:
 * its output, its signals, its exit code. Plain JavaScript without packages, since it runs on Node 20 before
 * anything is installed.
 *
 * `--services`: first see to the programs that the tests want (see services.ts).
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled, root } from './install.mjs'
import { pickNode } from './node.mjs'
import { pageIsStale } from './page.mjs'

const HUB = 'src/main.ts'
/**
 * V8's room for young objects would grow to three times 16 MB under load and stay so; with 4 an idle hub holds 30
 * to 50 MB less. (bench/start.ts starts it like this as well.)
 */
const HUB_FLAGS = ['--max-semi-space-size=4']
const SHOWS_THE_PAGE = [HUB, 'vitest']

const args = process.argv.slice(2)
const wantsServices = args[0] === '--services'
if (wantsServices) args.shift()
const [target, ...rest] = args
if (!target) stop('usage: node setup/run.mjs [--services] <file | package> [arguments…]')

try {
  await ensureInstalled()
  const node = pickNode()
  const env = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile'), ...process.env }

  if (wantsServices) await run(node, [join(root, 'setup/services.ts')], env)
  if (SHOWS_THE_PAGE.includes(target) && pageIsStale()) {
    console.error('Building the page …')
    const code = await run(node, [binOf('vite'), 'build', '--logLevel', 'warn'], env)
    if (code !== 0) stop('The page could not be built; the lines above say why.', code)
  }
  const program = /\.[cm]?[jt]s$/.test(target) ? target : binOf(target)
  const flags = target === HUB ? HUB_FLAGS : []
  process.exitCode = await run(node, [...flags, program, ...rest], env)
} catch (error) {
  stop(error instanceof Error ? error.message : String(error))
}

/** Runs `node` in this terminal, hands every signal on to it, and answers its exit code (128 + n for a signal). */
function run(node, nodeArgs, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, nodeArgs, { cwd: root, env, stdio: 'inherit' })
    const forward = (signal) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

/** The script that a package runs as, so that no shell wrapper (.bin, .cmd) stands between. */
function binOf(name) {
  const folder = join(root, 'node_modules', name)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[name])
}

function stop(message, code = 1) {
  console.error(`\n${message}`)
  process.exit(code)
}
