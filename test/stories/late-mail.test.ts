import { expect, it } from 'vitest'
import { z } from 'zod'
import { ABHISHEK, startTestHub } from '../hub.ts'

const Escalations = z.object({
  data: z.array(z.looseObject({ source: z.string(), ticket: z.string().nullable(), brief: z.string() })),
})

it('tells a person of what a customer writes after their case is done', async () => {
  await using hub = await startTestHub()
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'resolved' })

  hub.control.answerAsCustomer(hub.personOf(ABHISHEK).id, 'One more thing: is the pool heated in January?')
  await hub.settle()

  const { data } = Escalations.parse(await hub.api.call('GET', '/escalations'))
  expect(data).toMatchObject([{ source: 'inbound_email', ticket: `zendesk:${ticket}` }])
  expect(data[0]?.brief).toContain('is the pool heated')
})
