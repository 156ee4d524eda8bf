import { expect } from 'vitest'
import { createZendeskDesk } from '../../../integrations/zendesk/desk.ts'
import type { Fault } from '../../../src/sandbox/standin.ts'
import { addPerson, addTicket, nextId, type TicketComment } from '../../../src/sandbox/world.ts'
import { startZendeskStandIn } from '../../../src/sandbox/zendesk.ts'
import { ZENDESK } from '../../../src/sandbox/zendesk-auth.ts'
import { updateTicket } from '../../../src/sandbox/zendesk-tickets.ts'
import { deskContract, type Failure } from '../../contracts/desk.ts'
import { zendeskConfig, zendeskDeps } from '../../integrations/zendesk/setup.ts'
import { describeCalls } from '../../specs.ts'
import { startBench } from './bench.ts'

const HOUR = 3_600_000

/** The suite that every desk passes, with our own client at one end and the stand-in at the other. */
deskContract("Zendesk's stand-in", async () => {
  const bench = await startBench()
  const { world, clock } = bench
  const zendesk = await startZendeskStandIn(bench.deps, ZENDESK)
  const start = clock.now() - 72 * HOUR
  const guest = addPerson(world, {
    name: 'Zoë Müller',
    email: 'zoe@example.com',
    timeZone: 'Europe/Berlin',
    createdAt: start,
  })
  const said = [
    'About Ticket',
    'We are looking into it',
    'Still waiting…',
    'Guest is annoyed',
    'Zimmer für drei',
  ]
  const comments = (createdAt: number): TicketComment[] =>
    said.map((body, index) => ({
      id: nextId(world),
      authorId: index === 1 || index === 3 ? world.desk.agentId : guest.id,
      public: index !== 3,
      body,
      createdAt: createdAt + index * HOUR,
    }))
  for (const id of ['401', '402', '403']) {
    const createdAt = start + Number(id.slice(-1)) * 12 * HOUR
    addTicket(world, {
      id,
      subject: `Ticket ${id}`,
      status: 'open',
      priority: 'normal',
      type: 'question',
      tags: ['ai_processing', 'hotel'],
      requesterId: guest.id,
      submitterId: guest.id,
      assigneeId: null,
      groupId: world.desk.groupId,
      channel: 'web',
      fields: {},
      comments: comments(createdAt),
      audits: [],
      createdAt,
      updatedAt: createdAt + 5 * HOUR,
      solvedAt: null,
    })
  }
  return {
    desk: createZendeskDesk(
      zendeskConfig({ ZENDESK_BASE_URL: zendesk.url, ZENDESK_OAUTH_TOKEN: ZENDESK.oauthToken }),
      zendeskDeps(clock),
    ),
    ticket: {
      id: '403',
      subject: 'Ticket 403',
      requesterId: guest.id,
      tags: ['ai_processing', 'hotel'],
      comments: said
        .map((text, index) => ({
          text,
          public: index !== 3,
          by: index === 1 || index === 3 ? ('agent' as const) : ('customer' as const),
        }))
        .reverse(),
    },
    ticketIds: ['403', '402', '401'],
    requester: { name: 'Zoë Müller', email: 'zoe@example.com', timeZone: 'Europe/Berlin' },
    missing: { ticketId: '9999', personId: '9998' },
    agentId: world.desk.agentId,
    settle: () => clock.advance(120_000),
    touch(ticketId) {
      clock.advance(5_000)
      updateTicket(bench.deps, ticketId, { comment: { body: 'Any news?', public: true } }, guest.id)
    },
    failNext(kind, how) {
      zendesk.faults.push({ on: `${kind === 'read' ? 'GET' : 'PUT'} /api/v2`, kind: faultOf(how), times: 1 })
    },
    async close() {
      await Promise.all([zendesk.close(), bench.close()])
      expect(await describeCalls('zendesk', zendesk.seen)).toEqual([])
    },
  }
})

function faultOf(how: Failure): Fault['kind'] {
  return how === 'lost_answer' ? 'timeout_after_effect' : how
}
