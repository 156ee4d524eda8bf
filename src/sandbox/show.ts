import { fileURLToPath } from 'node:url'
import { ORG } from '../app.ts'
import type { Knowledge } from '../knowledge/index.ts'
import type { JumpingClock } from '../ops/clock.ts'
import { knowledgeFolder, type Sandbox } from './index.ts'
import { runScenario } from './run-scenario.ts'
import { scenarios } from './scenarios.ts'

/** What `npm start` shows with nothing configured: the console's address, and the main job run once. */
export async function showMainJob(at: {
  url: string
  consoleUrl: string
  sandbox: Sandbox
  knowledge: Knowledge
  clock: JumpingClock
  nextDueAt: () => Promise<number | null>
}): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`)
  say('')
  say(
    '  Switchboard runs in sandbox mode: no vendor is configured, so it talks to stand-ins on this machine.',
  )
  say(`  Console: ${at.consoleUrl}`)
  say('')
  const report = await at.knowledge.ingestFolder(ORG, fileURLToPath(knowledgeFolder))
  if (report.ingested.length === 0) {
    say('  The sandbox has been used before and goes on where it was. Assign a ticket in the console.')
    return
  }
  const [scenario] = scenarios
  if (!scenario) return
  try {
    const { outcome } = await runScenario({ ...at, control: at.sandbox.control }, scenario, (line) =>
      say(`  ${line}`),
    )
    say('')
    say(`  Done: ${outcome}. Look at the run in the console: ${at.consoleUrl}`)
    say(
      '  There you can also ask for something in words, assign another ticket, answer as the customer, switch faults on.',
    )
  } catch (error) {
    say(`  The first run did not finish: ${error instanceof Error ? error.message : String(error)}`)
  }
}
