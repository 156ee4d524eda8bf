import { pino } from 'pino'
import { expect, it } from 'vitest'
import { openai } from '../../../integrations/openai/index.ts'
import { MODEL, startModelStandIn } from '../../../src/sandbox/model.ts'
import { emptyWorld } from '../../../src/sandbox/world.ts'
import { question } from '../../contracts/model.ts'
import { describeCalls } from '../../specs.ts'
import { stoppedClock } from '../../src/sandbox/clock.ts'

it("speaks with the sandbox's model as with a real one", async () => {
  const clock = stoppedClock('2026-03-02T09:00:00Z')
  const world = emptyWorld(clock.now())
  const standIn = await startModelStandIn({ world, clock, uuid: () => 'id' })
  const env = {
    OPENAI_BASE_URL: `${standIn.url}/v1`,
    OPENAI_API_KEY: MODEL.apiKey,
    OPENAI_MODEL: MODEL.model,
  }
  const model = await openai.ports.model?.(openai.config.parse(env), {
    clock,
    log: pino({ level: 'silent' }),
  })
  expect(await model?.check()).toMatchObject({ ok: true })
  expect(await model?.complete(question({}))).toMatchObject({ model: MODEL.model, finish: 'stop' })
  standIn.faults.push({ on: 'POST /chat', kind: 'timeout_after_effect', times: 1 })
  await expect(model?.complete(question({}))).rejects.toMatchObject({ code: 'vendor_unavailable' })
  expect(await describeCalls('openai', standIn.seen)).toEqual([])
  await standIn.close()
})
