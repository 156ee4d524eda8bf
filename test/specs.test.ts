import { describe, expect, it } from 'vitest'
import { describeCalls, type OutgoingRequest, specsAvailable, vendorSpec } from './specs.ts'

const update = (ticket: object): OutgoingRequest => ({
  method: 'PUT',
  path: '/api/v2/tickets/7.json',
  body: { ticket },
})

describe.skipIf(!specsAvailable)('what a test lets out, held against the vendor', () => {
  it.each<[string, string, OutgoingRequest]>([
    ['a Zendesk update', 'zendesk', update({ status: 'open', comment: { body: 'x', public: false } })],
    ['a Zendesk page', 'zendesk', { method: 'GET', path: '/api/v2/tickets?page[size]=5' }],
    [
      'the next page of an export',
      'zendesk',
      { method: 'GET', path: '/api/v2/incremental/tickets/cursor?cursor=x' },
    ],
    [
      'an operation written down by us',
      'zendesk',
      { method: 'GET', path: '/api/v2/users/7/tickets/requested' },
    ],
    [
      'a Slack form with blocks as JSON text',
      'slack',
      {
        method: 'POST',
        url: 'https://slack.com/api/chat.postMessage',
        body: 'channel=C1&text=hi&blocks=[{"type":"divider"}]',
        contentType: 'application/x-www-form-urlencoded',
      },
    ],
    [
      'a Discord message',
      'discord',
      { method: 'POST', path: '/api/v10/channels/123/messages', body: { content: 'hi' } },
    ],
    [
      'a chat completion',
      'openai',
      {
        method: 'POST',
        path: '/v1/chat/completions',
        body: { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] },
      },
    ],
    [
      'a mail',
      'resend',
      { method: 'POST', path: '/emails', body: { from: 'a@b.c', to: ['d@e.f'], subject: 's', text: 't' } },
    ],
    [
      'a call',
      'vapi',
      { method: 'POST', path: '/call', body: { assistantId: 'a', customer: { number: '+4930123456' } } },
    ],
    [
      'a Qdrant search',
      'qdrant',
      { method: 'POST', path: '/collections/k/points/query', body: { query: [0.1], limit: 3 } },
    ],
    ['a rerank', 'tei', { method: 'POST', path: '/rerank', body: { query: 'q', texts: ['a'] } }],
  ])('%s is described', async (_, vendor, request) => {
    expect((await vendorSpec(vendor)).check(request)).toEqual([])
  })

  it.each<[string, string, OutgoingRequest, RegExp]>([
    ['an unknown path', 'zendesk', { method: 'GET', path: '/api/v2/tickts' }, /no operation/],
    ['an unknown method', 'zendesk', { method: 'DELETE', path: '/api/v2/tickets' }, /no operation/],
    [
      'a word where an id belongs',
      'zendesk',
      { method: 'GET', path: '/api/v2/tickets/abc' },
      /^path.ticket_id/,
    ],
    ['an undeclared query', 'zendesk', { method: 'GET', path: '/api/v2/tickets/7?pge=1' }, /^query.pge not/],
    ['a missing query', 'zendesk', { method: 'GET', path: '/api/v2/search' }, /^query.query required/],
    ['a misspelt key', 'zendesk', update({ stauts: 'open' }), /^body.ticket.stauts not described/],
    ['a misspelt nested key', 'zendesk', update({ comment: { bdy: '' } }), /^body.ticket.comment.bdy not/],
    ['a wrong value', 'zendesk', update({ status: 'OPEN' }), /^body.ticket.status must be equal/],
    ['a wrong type', 'zendesk', update({ assignee_id: '7' }), /^body.ticket.assignee_id must be integer/],
    ['a missing key', 'resend', { method: 'POST', path: '/emails', body: { to: 'd@e.f' } }, /'from'|"from"/],
    [
      'a body where none is taken',
      'zendesk',
      { method: 'GET', path: '/api/v2/tickets', body: {} },
      /takes none/,
    ],
    [
      'a form where JSON is due',
      'resend',
      { method: 'POST', path: '/emails', body: 'a=b', contentType: 'text/plain' },
      /not taken/,
    ],
  ])('%s is a mistake', async (_, vendor, request, mistake) => {
    expect((await vendorSpec(vendor)).check(request).join('\n')).toMatch(mistake)
  })

  it('lets through what a call says it may use', async () => {
    const spec = await vendorSpec('zendesk')
    expect(spec.check({ ...update({ extra: { deep: 1 } }), allow: ['body.ticket.extra'] })).toEqual([])
  })

  it('names the request among those that a stand-in saw', async () => {
    const seen = { at: 0, method: 'PUT', path: '/api/v2/tickets/7.json', status: 200 }
    const bodies = [{ ticket: { status: 'open' } }, { ticket: { colour: 'red' } }]
    expect(
      await describeCalls(
        'zendesk',
        bodies.map((body) => ({ ...seen, body })),
      ),
    ).toEqual(['PUT /api/v2/tickets/7.json: body.ticket.colour not described'])
  })

  it('knows an answer that the vendor would not give', async () => {
    const spec = await vendorSpec('zendesk')
    const answer = { method: 'GET', path: '/api/v2/tickets/7.json', status: 200 }
    expect(spec.checkAnswer({ ...answer, body: { ticket: { id: 7, requester_id: 1 } } })).toEqual([])
    expect(spec.checkAnswer({ ...answer, body: { ticket: { id: '7', requester_id: 1 } } })).not.toEqual([])
  })
})
