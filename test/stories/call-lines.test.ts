import { expect, it } from 'vitest'
import { instantPace } from '../../src/sandbox/index.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const dialled = (hub: TestHub) => Object.values(hub.control.world.calls)

it('dials who waits for a line as soon as one is free, not at the next look', async () => {
  await using hub = await startTestHub({
    env: { CALL_CONCURRENCY: '1', CALL_SCHEDULER_INTERVAL_S: '600' },
    sandbox: { settings: { pace: { ...instantPace, callTalking: 45_000 } } },
  })
  // One after the other, so that the second finds the line taken.
  hub.assign(ABHISHEK)
  await hub.settle()
  hub.assign('emily.carter@letters.example')
  await hub.settle()
  expect(dialled(hub)).toHaveLength(1)

  await hub.pass(46_000)
  expect(dialled(hub)).toHaveLength(2)
})
