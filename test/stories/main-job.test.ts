import { expect, it } from 'vitest'
import { ABHISHEK, startTestHub } from '../hub.ts'

it('resolves a ticket assigned to AI: one mail, one call, one note, one message to the team', async () => {
  await using hub = await startTestHub()
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()

  const flow = await hub.flowOf(ticket)
  expect(flow).toMatchObject({ status: 'completed', outcome: 'resolved', last_error: null })
  expect(hub.control.world.tickets[ticket]).toMatchObject({ status: 'solved' })
  expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 }, desk: { comments: 1 } })
  expect(Object.values(hub.effects().chat.slack)).toEqual([1])
})
