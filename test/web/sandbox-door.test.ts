import { expect, it } from 'vitest'
import { ABHISHEK, startTestHub } from '../hub.ts'

const DAY_MS = 86_400_000

it('lets a day pass on request, and what was due on the way has happened', async () => {
  await using hub = await startTestHub()
  hub.control.behave(hub.personOf(ABHISHEK).id, { mail: 'silent' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  const before = await hub.flowOf(ticket)
  expect(before).toMatchObject({ status: 'waiting', waiting_until: expect.any(Number) })

  const clock = await hub.api.call('POST', '/sandbox/clock', { advanceMs: DAY_MS })
  expect(clock).toMatchObject({ now: expect.any(Number) })
  expect(hub.effects().mails.total).toBe(2)

  await hub.api.call('POST', '/sandbox/clock', { to: 'next' })
  expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'escalated' })
})

it('says what a jump may be when it is none', async () => {
  await using hub = await startTestHub()
  await expect(hub.api.call('POST', '/sandbox/clock', { advanceMs: -5 })).rejects.toThrow(/400/)
})

it('tells pages the time by which its answers count', async () => {
  await using hub = await startTestHub()
  hub.clock.advance(DAY_MS)
  const answer = await fetch(`${hub.url}/api/v1/tickets/figures`)
  expect(Math.abs(Number(answer.headers.get('x-now')) - hub.clock.now())).toBeLessThan(5_000)
})

it('lists runs with their subject and customer', async () => {
  await using hub = await startTestHub()
  hub.assign(ABHISHEK)
  await hub.settle()
  expect(await hub.api.call('GET', '/ai/flows')).toMatchObject({
    data: [{ ticket_subject: 'Trip for three in January', customer_name: 'Abhishek Rao' }],
  })
})
