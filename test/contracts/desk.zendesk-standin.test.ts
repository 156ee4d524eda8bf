import { expect } from 'vitest'
import { createZendeskDesk } from '../../integrations/zendesk/desk.ts'
import { createAgenda } from '../../src/sandbox/agenda.ts'
import { createWebhooks } from '../../src/sandbox/webhooks.ts'
import { addPerson, emptyWorld, type World } from '../../src/sandbox/world.ts'
import { startZendeskStandIn } from '../../src/sandbox/zendesk.ts'
import { ZENDESK } from '../../src/sandbox/zendesk-auth.ts'
import { createTicket, updateTicket } from '../../src/sandbox/zendesk-tickets.ts'
import { zendeskConfig, zendeskDeps } from '../integrations/zendesk/setup.ts'
import { describeCalls } from '../specs.ts'
import { stoppedClock } from '../src/sandbox/clock.ts'
import { deskContract } from './desk.ts'

/** The same desk against the sandbox's stand-in, which others wrote: what one of both misread shows here. */
deskContract('Zendesk, as the sandbox plays it', async () => {
  const clock = stoppedClock('2026-03-02T09:00:00Z')
  const world = emptyWorld(clock.now())
  const webhooks = createWebhooks({ world, clock, changed: () => {} })
  // Nobody listens for webhooks here.
  world.settings.webhooks.lose = Number.MAX_SAFE_INTEGER
  let ids = 0
  const deps = {
    ...{ world, clock, webhooks, agenda: createAgenda(world, clock, () => {}), changed: () => {} },
    uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    hubUrl: 'http://127.0.0.1:9',
  }
  const standIn = await startZendeskStandIn(deps, ZENDESK)
  const requester = addPerson(world, {
    ...{ name: 'Zoë Müller', email: 'zoe@example.com', timeZone: 'Europe/Berlin', createdAt: clock.now() },
  })
  const { aiAgentId, agentId } = world.desk
  const ticketIds = ['Old room', 'Invoice', 'Family room'].map((subject) => {
    clock.advance(86_400_000)
    return opened(deps, requester.id, subject)
  })
  const [, , id = ''] = ticketIds
  const said = [
    { authorId: agentId, text: 'We are looking into it', public: true, by: 'agent' as const },
    { authorId: requester.id, text: 'Still waiting…', public: true, by: 'customer' as const },
    { authorId: agentId, text: 'Guest is annoyed', public: false, by: 'agent' as const },
    { authorId: requester.id, text: 'Zimmer für drei  bitte', public: true, by: 'customer' as const },
  ]
  for (const { authorId, text, public: isPublic } of said) {
    clock.advance(60_000)
    changed(deps, id, { comment: { body: text, public: isPublic } }, authorId)
  }
  clock.advance(3_600_000)

  return {
    desk: createZendeskDesk(
      zendeskConfig({ ZENDESK_BASE_URL: standIn.url, ZENDESK_OAUTH_TOKEN: ZENDESK.oauthToken }),
      zendeskDeps(clock),
    ),
    ticket: {
      id,
      subject: 'Family room',
      requesterId: requester.id,
      tags: ['ai_processing', 'hotel'],
      comments: [
        ...said.map(({ text, public: isPublic, by }) => ({ text, public: isPublic, by })).reverse(),
        { text: 'About Family room', public: true, by: 'customer' },
      ],
    },
    ticketIds: ticketIds.toReversed(),
    requester: { name: 'Zoë Müller', email: 'zoe@example.com', timeZone: 'Europe/Berlin' },
    missing: { ticketId: '99999', personId: '99998' },
    agentId: aiAgentId,
    settle: () => clock.advance(120_000),
    touch(ticketId) {
      clock.advance(60_000)
      changed(deps, ticketId, { priority: 'high' }, agentId)
    },
    failNext(kind, how) {
      const fault = how === 'lost_answer' ? 'timeout_after_effect' : how
      standIn.faults.push({ on: kind === 'read' ? 'GET ' : 'PUT ', kind: fault, times: 1 })
    },
    async close() {
      deps.agenda.close()
      webhooks.close()
      await standIn.close()
      expect(await describeCalls('zendesk', standIn.seen)).toEqual([])
    },
  }
})

type Deps = Parameters<typeof createTicket>[0] & { world: World }

function opened(deps: Deps, requesterId: string, subject: string): string {
  const result = createTicket(
    deps,
    {
      ...{ subject, status: 'open', requester_id: requesterId, tags: ['ai_processing', 'hotel'] },
      comment: { body: `About ${subject}`, public: true, author_id: requesterId },
    },
    requesterId,
    'email',
  )
  if (!result.ok) throw new Error(result.refusal.description)
  return result.ticket.id
}

function changed(deps: Deps, id: string, change: Parameters<typeof updateTicket>[2], authorId: string) {
  const result = updateTicket(deps, id, change, authorId)
  if (!result.ok) throw new Error(result.refusal.description)
}
