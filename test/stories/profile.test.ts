import { expect, it } from 'vitest'
import { z } from 'zod'
import { ProfileSchema } from '../../src/outreach/index.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const ANNA = 'anna.weber@weber-architekten.example'
const claimSections = ['constraints', 'open_wishes', 'past_friction', 'tone', 'promises'] as const

const Stored = z.object({
  ticket: z.string(),
  profile: ProfileSchema,
  dropped: z.array(z.object({ section: z.string(), text: z.string(), why: z.string() })),
  changes: z.object({ added: z.array(z.unknown()), removed: z.array(z.unknown()) }),
  sources: z.object({ tickets: z.array(z.string()), chunks: z.array(z.object({ chunk_id: z.string() })) }),
})

async function profileOf(hub: TestHub, ticket: string) {
  const flow = await hub.flowOf(ticket)
  return Stored.parse(await hub.api.call('GET', `/customers/${flow.customer_id}/profile`))
}

/** The sections of the prompt that the model was really sent. */
function profilePrompt(hub: TestHub): string {
  const asked = hub.sandbox.standIns.model.seen.find(({ body }) =>
    JSON.stringify(body ?? '').includes('customer_profile'),
  )
  return JSON.stringify(asked?.body)
}

it.each([ABHISHEK, ANNA])(
  'gives every claim on %s evidence that stands in the named comment, and cites only retrieved chunks',
  async (address) => {
    await using hub = await startTestHub()
    await hub.learn('rooms-goa', 'rooms-berlin', 'policy-complaints', 'faq-breakfast')
    const ticket = hub.assign(address)
    await hub.settle()

    const { profile, sources, dropped } = await profileOf(hub, ticket)
    const claims = claimSections.flatMap((section) => profile[section])
    expect(profile.open_wishes.length).toBeGreaterThan(0)
    expect(claims.length).toBeGreaterThan(1)
    for (const { evidence } of claims) {
      const id = evidence.ticket.replace('zendesk:', '')
      const comment = hub.control.world.tickets[id]?.comments.find((one) => one.id === evidence.comment)
      expect(comment?.body).toContain(evidence.quote)
      // Zendesk tells whole seconds.
      expect(Math.floor(Date.parse(evidence.date) / 1_000)).toBe(
        Math.floor((comment?.createdAt ?? 0) / 1_000),
      )
    }
    const retrieved = sources.chunks.map(({ chunk_id }) => chunk_id)
    expect(profile.recommendations.length).toBeGreaterThan(0)
    for (const { chunk_id } of profile.recommendations) expect(retrieved).toContain(chunk_id)
    expect(dropped).toEqual([])
  },
)

it('reads the whole history, newest first, all pages of it', async () => {
  await using hub = await startTestHub()
  const requester = hub.personOf(ABHISHEK).id
  for (let n = 0; n < 30; n++) {
    hub.clock.advance(60_000)
    hub.control.createTicket({ requester, subject: `Small matter ${n}`, text: `About matter number ${n}.` })
  }
  await hub.settle()
  hub.clock.advance(60_000)
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()

  const { sources } = await profileOf(hub, ticket)
  const all = hub.personOf(ABHISHEK).ticketIds.map((id) => `zendesk:${id}`)
  expect(sources.tickets.toSorted()).toEqual(all.toSorted())
  const prompt = profilePrompt(hub)
  expect(prompt.indexOf('About matter number 28.')).toBeGreaterThan(0)
  expect(prompt.indexOf('About matter number 28.')).toBeLessThan(prompt.indexOf('About matter number 5.'))
  expect(prompt.indexOf('About matter number 5.')).toBeLessThan(prompt.indexOf('waited for 70 minutes'))
})

it('bounds what the model is sent, whatever a customer has written in all their life', async () => {
  await using hub = await startTestHub()
  const requester = hub.personOf(ABHISHEK).id
  const text = 'A long story about a long night in a long corridor. '.repeat(300)
  for (let n = 0; n < 12; n++) hub.control.createTicket({ requester, subject: `Story ${n}`, text })
  await hub.settle()
  hub.assign(ABHISHEK)
  await hub.settle()

  expect(profilePrompt(hub).length).toBeLessThan(120_000)
  expect(profilePrompt(hub)).toContain('left_out')
})

it('drops quotes that nobody said and chunks that were never found, and counts them', async () => {
  await using hub = await startTestHub()
  hub.control.set({ model: 'invented_quotes' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()

  const { profile, dropped } = await profileOf(hub, ticket)
  expect(profile).toMatchObject({ past_friction: [], promises: [], recommendations: [] })
  expect(dropped.map(({ section, why }) => `${section}: ${why}`).toSorted()).toEqual([
    'past_friction: The quote does not stand in that comment',
    'promises: The quote does not stand in that comment',
    'recommendations: Chunk no-such-chunk was not retrieved',
  ])
  expect((await hub.flowOf(ticket)).step('profile')).toMatchObject({ result: { dropped: 3 } })
})

it('stores with the customer what changed since the last profile', async () => {
  await using hub = await startTestHub()
  const first = hub.assign(ABHISHEK)
  await hub.settle()
  const before = await profileOf(hub, first)
  expect(before.changes.removed).toEqual([])

  const second = hub.control.createTicket({
    requester: hub.personOf(ABHISHEK).id,
    subject: 'Late arrival',
    text: 'We would like to arrive after midnight this time, with a rental car. We need a parking space.',
  }).id
  hub.control.assignToAi(second)
  await hub.settle()
  const after = await profileOf(hub, second)
  expect(after.ticket).toBe(`zendesk:${second}`)
  expect(JSON.stringify(after.changes.added)).toMatch(/midnight|parking/)
  expect(after.changes.removed.length).toBeGreaterThan(0)
})
