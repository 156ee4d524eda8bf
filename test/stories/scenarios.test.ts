import { expect, it } from 'vitest'
import { runScenario } from '../../src/sandbox/run-scenario.ts'
import { scenarios } from '../../src/sandbox/scenarios.ts'
import { startTestHub } from '../hub.ts'

it.each(scenarios)('the demo "$name" ends as it says: $title', { timeout: 30_000 }, async (scenario) => {
  await using hub = await startTestHub()
  const world = {
    url: hub.url,
    token: hub.apiToken,
    control: hub.control,
    clock: hub.clock,
    nextDueAt: hub.hub.nextDueAt,
  }
  const result = await runScenario(world, scenario, () => {})
  expect(result).toMatchObject({ missing: [], outcome: scenario.outcome })
})
