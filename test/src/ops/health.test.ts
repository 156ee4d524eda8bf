import { expect, it } from 'vitest'
import { manualClock } from '../../../src/ops/clock.ts'
import { collectHealth, remembered } from '../../../src/ops/health.ts'
import type { Check } from '../../../src/ports/index.ts'

const fine = async (): Promise<Check> => ({ ok: true, detail: 'fine' })
const broken = async (): Promise<Check> => {
  throw new Error('connection refused')
}

it.each([
  ['nothing is wrong', [{ name: 'store', required: true, check: fine }], true],
  ['a vendor is down', [{ name: 'zendesk', required: false, check: broken }], true],
  ['what it cannot do without is down', [{ name: 'store', required: true, check: broken }], false],
])('knows whether it is ready when %s', async (_, checks, ready) => {
  expect((await collectHealth(checks, manualClock(0))).ready).toBe(ready)
})

it('says which part failed and how', async () => {
  const { checks } = await collectHealth([{ name: 'store', required: true, check: broken }], manualClock(0))
  expect(checks.store).toMatchObject({ ok: false, detail: 'connection refused', required: true })
})

it('does not wait for a part that never answers', async () => {
  const clock = manualClock(0)
  const silent = () => new Promise<Check>(() => {})
  const health = collectHealth([{ name: 'store', required: true, check: silent }], clock, 2_000)
  clock.advance(2_000)
  expect(await health).toMatchObject({ ready: false, checks: { store: { detail: 'no answer within 2 s' } } })
})

it('asks a vendor once in a while, however often it is asked itself', async () => {
  const clock = manualClock(0)
  let asked = 0
  const check = remembered(
    () => {
      asked += 1
      return fine()
    },
    clock,
    60_000,
  )
  await check()
  clock.advance(59_999)
  await check()
  expect(asked).toBe(1)
  clock.advance(1)
  await check()
  expect(asked).toBe(2)
})
