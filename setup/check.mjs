/** `npm run check`: types, lint and format, and a lock file that installs everywhere. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'

const checks = [
  ['types', () => node('typescript/bin/tsc', '--noEmit')],
  ['lint and format', () => node('@biomejs/biome/bin/biome', 'check', '--error-on-warnings')],
  ['lock file', lockServesEveryMachine],
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

/**
 * npm writes where a package came from unless told not to; on another network that address may not exist.
 * It also leaves out what the registry at hand does not have; `npm ci` then fails on every machine.
 */
function lockServesEveryMachine() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const mistakes = Object.entries(packages).flatMap(([path, entry]) => {
    const bound = entry.resolved === undefined ? [] : [`${path} has "resolved"`]
    const wanted = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
    const lacking = wanted.filter((name) => !isInstallable(packages, path, name))
    return [...bound, ...lacking.map((name) => `${path || 'the project'} needs ${name}, which is not locked`)]
  })
  for (const mistake of mistakes) console.error(`package-lock.json: ${mistake}`)
  const registry = /^\s*(@[^:]+:)?registry\s*=/m.test(readFileSync(join(root, '.npmrc'), 'utf8'))
  if (registry) console.error('.npmrc names a registry; leave that to each machine')
  return mistakes.length === 0 && !registry
}

/** Whether `name` is locked where the package at `path` would find it: in its own node_modules or one above. */
function isInstallable(packages, path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`]) return true
    if (at === '') return false
  }
}
