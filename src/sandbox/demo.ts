import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ORG } from '../app.ts'
import { shiftedClock } from '../ops/clock.ts'
import { startHub } from '../start.ts'
import { knowledgeFolder } from './index.ts'
import { runScenario } from './run-scenario.ts'
import { scenarios } from './scenarios.ts'

/** `npm run demo`: the main job, or another scenario, once, against the stand-ins. Exits 0 only if every step really happened. */
const { values } = parseArgs({
  options: {
    scenario: { type: 'string', default: 'resolved' },
    list: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

if (values.list) {
  for (const { name, title } of scenarios) process.stdout.write(`${name.padEnd(16)} ${title}\n`)
} else {
  const scenario = scenarios.find(({ name }) => name === values.scenario)
  if (scenario) process.exitCode = await demo(scenario)
  else {
    process.stderr.write(
      `There is no scenario "${values.scenario}". There are: ${scenarios.map(({ name }) => name).join(', ')}\n`,
    )
    process.exitCode = 2
  }
}

async function demo(scenario: (typeof scenarios)[number]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-demo-'))
  const clock = shiftedClock()
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const running = await startHub({
    env: { PORT: '0', HOST: '127.0.0.1', DATA_DIR: folder, LOG_LEVEL: 'error' },
    clock,
  })
  try {
    if (!running.sandbox) throw new Error('the demo runs against the stand-ins alone')
    say('taking in the knowledge base of Lumen Hotels…')
    const report = await running.hub.knowledge.ingestFolder(ORG, fileURLToPath(knowledgeFolder))
    say(`${report.ingested.length} documents, searched by meaning and words`)
    const { missing, ...result } = await runScenario(
      { url: running.url, control: running.sandbox.control, clock, nextDueAt: running.hub.nextDueAt },
      scenario,
      say,
    )
    say(
      `\n${scenario.name}: ${result.outcome} after ${result.steps.length} steps in ${(result.elapsedMs / 1_000).toFixed(1)} s`,
    )
    for (const line of missing) say(`  missing: ${line}`)
    if (values.json) say(JSON.stringify(result))
    return missing.length === 0 ? 0 : 1
  } finally {
    await running.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
