import { findChromium, findPostgres, services } from '../setup/services.ts'
import { dropDatabases, postgresFolder, removeAbandoned, removePostgres } from './postgres.ts'

/**
 * Global set-up: says which services the run has, in the environment that the tests' processes inherit.
 * `POSTGRES_BIN` and `POSTGRES_FOLDER` let the first test that wants a database start the server (see
 * postgres.ts), `CHROMIUM_PATH` is for the pages' tests. What is missing is said out loud, and fails in CI.
 */
export default async function setup() {
  const postgresBin = findPostgres()
  const chromium = findChromium()
  const missing: string[] = []

  await removeAbandoned()
  const folder = postgresFolder()
  const given = process.env.TEST_DATABASE_URL
  const prefix = `switchboard_test_${process.pid}_`
  process.env.POSTGRES_PREFIX = prefix
  if (given) process.stderr.write('Postgres: the one in TEST_DATABASE_URL\n')
  else if (postgresBin) Object.assign(process.env, { POSTGRES_BIN: postgresBin, POSTGRES_FOLDER: folder })
  else missing.push(services.postgres.title)
  if (chromium) process.env.CHROMIUM_PATH = chromium
  else missing.push(services.chromium.title)

  if (missing.length > 0) report(missing)
  return () => (given ? dropDatabases(given, prefix) : removePostgres(folder))
}

function report(missing: string[]) {
  const lines = missing.map((title) => `SKIPPED  every test that needs ${title}: it is not on this machine.`)
  const message = [
    ...lines,
    '`npm test` as root on Debian or Ubuntu installs it; else install it yourself.',
  ].join('\n')
  if (process.env.CI === 'true') throw new Error(message)
  process.stderr.write(`\n${message}\n\n`)
}
