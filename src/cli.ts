import { runCli } from './cli/run.ts'
import { readEnvironment } from './config/index.ts'
import { systemClock } from './ops/clock.ts'

/** `npm run cli -- …`: operations on the hub's own data. */
// Whoever reads the output may have seen enough: `npm run cli -- export | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

process.exitCode = await runCli(process.argv.slice(2), {
  env: readEnvironment(process.cwd(), process.env),
  // npm runs scripts in the project's folder and says here where it was called.
  folder: process.env.INIT_CWD ?? process.cwd(),
  clock: systemClock(),
  out: (line) => process.stdout.write(`${line}\n`),
  say: (line) => process.stderr.write(`${line}\n`),
})
