import nock from 'nock'
import { expect } from 'vitest'
import { createZendeskDesk } from '../../integrations/zendesk/desk.ts'
import { zendeskConfig, zendeskDeps } from '../integrations/zendesk/setup.ts'
import { BASE, startWire } from '../integrations/zendesk/wire.ts'
import { deskContract } from './desk.ts'

deskContract('Zendesk', async () => {
  nock.disableNetConnect()
  const wire = startWire()
  return {
    desk: createZendeskDesk(zendeskConfig({ ZENDESK_BASE_URL: BASE }), zendeskDeps(wire)),
    ticket: {
      id: '403',
      subject: 'Ticket 403',
      requesterId: '901',
      tags: ['ai_processing', 'hotel'],
      comments: [
        { text: 'Zimmer für drei  bitte', public: true, by: 'customer' },
        { text: 'Guest is annoyed, be quick', public: false, by: 'agent' },
        { text: 'Still waiting…', public: true, by: 'customer' },
        { text: 'We are looking into it', public: true, by: 'agent' },
        { text: 'About Ticket 403', public: true, by: 'customer' },
      ],
    },
    ticketIds: ['403', '402', '401'],
    requester: { name: 'Zoë Müller', email: 'zoe@example.com', timeZone: 'Europe/Berlin' },
    missing: { ticketId: '9999', personId: '9998' },
    agentId: '801',
    settle: () => wire.advance(120_000),
    touch: wire.touch,
    failNext: wire.failNext,
    async close() {
      wire.close()
      nock.enableNetConnect()
      expect(await wire.mistakes()).toEqual([])
    },
  }
})
