/** `npm run check`: types, lint and format, and a lock file that binds nobody to one registry. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'

const checks = [
  ['types', () => node('typescript/bin/tsc', '--noEmit')],
  ['lint and format', () => node('@biomejs/biome/bin/biome', 'check', '--error-on-warnings')],
  ['lock file', lockNamesNoRegistry],
]

let failed = 0
for (const [name, check] of checks) {
  const passed = check()
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}`)
  if (!passed) failed += 1
}
process.exitCode = failed === 0 ? 0 : 1

function node(script, ...args) {
  return (
    spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: root,
      stdio: 'inherit',
    }).status === 0
  )
}

/** npm writes where a package came from unless told not to; on another network that address may not exist. */
function lockNamesNoRegistry() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const bound = Object.keys(packages).filter((path) => packages[path].resolved !== undefined)
  for (const path of bound.slice(0, 5)) console.error(`package-lock.json: ${path} has "resolved"`)
  const registry = /^\s*(@[^:]+:)?registry\s*=/m.test(readFileSync(join(root, '.npmrc'), 'utf8'))
  if (registry) console.error('.npmrc names a registry; leave that to each machine')
  return bound.length === 0 && !registry
}
