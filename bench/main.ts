import { availableParallelism, cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'

/** `npm run bench`: all of them, or those that are named. `--million`: retrieval over a million chunks as well. */
const benches = {
  start: () => import('./start.ts'),
  webhooks: () => import('./webhooks.ts'),
  job: () => import('./job.ts'),
  flows: () => import('./flows.ts'),
  retrieval: () => import('./retrieval.ts'),
  analytics: () => import('./analytics.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { million: { type: 'boolean', default: false } },
})
const isBench = (name: string): name is keyof typeof benches => name in benches
const names = positionals.length > 0 ? positionals : Object.keys(benches)
const unknown = names.filter((name) => !isBench(name))

if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}`)
  process.exitCode = 2
} else {
  console.log(
    `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ` +
      `load before ${loadavg()[0]?.toFixed(1)}: what else runs here takes from every figure below.`,
  )
  for (const name of names.filter(isBench)) {
    try {
      const { run } = await benches[name]()
      await run(values)
    } catch (error) {
      console.error(`\nThe bench "${name}" did not end:`, error)
      process.exitCode = 1
    }
  }
}
