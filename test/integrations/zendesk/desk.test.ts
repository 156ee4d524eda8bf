import { describe, expect, it } from 'vitest'
import { createZendeskDesk } from '../../../integrations/zendesk/desk.ts'
import { nocked } from '../nocked.ts'
import { zendeskConfig, zendeskDeps } from './setup.ts'
import { BASE } from './wire.ts'

const vendor = nocked(BASE, 'zendesk')
const NOW = Date.parse('2026-03-02T09:00:00Z')
const desk = createZendeskDesk(zendeskConfig(), zendeskDeps({ now: () => NOW }))

const TICKET = '/api/v2/tickets/7.json'
const COMMENTS = '/api/v2/tickets/7/comments.json'
const EXPORT = '/api/v2/incremental/tickets/cursor.json'

function ticket(fields: object = {}) {
  return {
    ...{ id: 7, subject: 'Room', description: 'For three', status: 'open', priority: null, requester_id: 9 },
    ...{ tags: ['a', 'b'], created_at: '2026-03-01T09:00:00Z', updated_at: '2026-03-02T08:30:00Z' },
    ...fields,
  }
}

const sent = () => vendor.calls.filter((call) => call.method === 'PUT').map((call) => call.body)

describe('an update', () => {
  it('is one PUT with everything in it, under the stamp of the ticket it was made for', async () => {
    vendor.answers('GET', TICKET, { body: { ticket: ticket() } })
    vendor.answers('PUT', TICKET, { body: { ticket: ticket({ status: 'pending' }) } })
    const change = {
      status: 'pending' as const,
      addTags: ['VIP', 'a'],
      removeTags: ['b'],
      assigneeId: null,
      groupId: '801',
      fields: { '360001': 'escalate_vip' },
      comment: { text: 'Grüße', public: false },
    }
    await desk.update('7', change, { marker: 'e-1', expectedUpdatedAt: Date.parse('2026-03-02T08:30:00Z') })
    expect(sent()).toEqual([
      {
        ticket: {
          status: 'pending',
          tags: ['a', 'vip'],
          assignee_id: null,
          group_id: 801,
          custom_fields: [{ id: 360001, value: 'escalate_vip' }],
          comment: { body: 'Grüße', public: false },
          safe_update: true,
          updated_stamp: '2026-03-02T08:30:00Z',
          metadata: { switchboard: 'e-1' },
        },
      },
    ])
  })

  it('protects the tags of others by the stamp it read, when none was given', async () => {
    vendor.answers('GET', TICKET, { body: { ticket: ticket() } })
    vendor.answers('PUT', TICKET, { status: 409, body: { error: 'UpdateConflict' } })
    const update = desk.update('7', { addTags: ['c'] }, { marker: 'e-1' })
    await expect(update).rejects.toMatchObject({ code: 'vendor_conflict', retry: { when: 'backoff' } })
    expect(sent()).toMatchObject([{ ticket: { safe_update: true, updated_stamp: '2026-03-02T08:30:00Z' } }])
  })

  it('neither reads nor stamps when it has no tags and no expectation', async () => {
    vendor.answers('PUT', TICKET, { body: { ticket: ticket() } })
    await desk.update('7', { comment: { text: 'x', public: true } }, { marker: 'e-1' })
    const comment = { body: 'x', public: true }
    expect(sent()).toEqual([{ ticket: { comment, metadata: { switchboard: 'e-1' } } }])
  })

  it('leaves tags alone that are as wanted', async () => {
    vendor.answers('GET', TICKET, { body: { ticket: ticket() } })
    vendor.answers('PUT', TICKET, { body: { ticket: ticket() } })
    await desk.update('7', { addTags: ['a'], removeTags: ['z'] }, { marker: 'e-1' })
    expect(sent()).toEqual([{ ticket: { metadata: { switchboard: 'e-1' } } }])
  })

  it.each(['12/../9', 'abc', ''])('does not put %j into a path or a number', async (id) => {
    await expect(desk.update(id, {}, { marker: 'm' })).rejects.toMatchObject({ code: 'vendor_not_found' })
    await expect(desk.update('7', { groupId: id }, { marker: 'm' })).rejects.toMatchObject({ effect: 'none' })
    expect(vendor.calls).toEqual([])
  })
})

describe('what Zendesk has', () => {
  const figures = {
    ticket_id: 7,
    solved_at: '2026-03-02T08:00:00Z',
    reply_time_in_minutes: { calendar: 12, business: 3 },
    full_resolution_time_in_minutes: { calendar: 1380, business: 400 },
  }

  it.each([
    ['inside the ticket', { ticket: ticket({ metric_set: figures }) }],
    [
      'beside it',
      { ticket: ticket(), metric_sets: [{ ...figures, ticket_id: 8, solved_at: null }, figures] },
    ],
  ])('is read with its reply and resolution times in calendar minutes, %s', async (_, body) => {
    vendor.answers('GET', TICKET, { body })
    expect(await desk.getTicket('7')).toMatchObject({
      firstReplyMinutes: 12,
      resolutionMinutes: 1380,
      solvedAt: Date.parse('2026-03-02T08:00:00Z'),
    })
  })

  it('is read without those times where Zendesk does not give them', async () => {
    vendor.answers('GET', TICKET, { body: { ticket: ticket() } })
    expect(await desk.getTicket('7')).toEqual({
      id: '7',
      url: 'https://acme.zendesk.com/agent/tickets/7',
      subject: 'Room',
      description: 'For three',
      status: 'open',
      priority: null,
      tags: ['a', 'b'],
      requesterId: '9',
      assigneeId: null,
      groupId: null,
      channel: null,
      createdAt: Date.parse('2026-03-01T09:00:00Z'),
      updatedAt: Date.parse('2026-03-02T08:30:00Z'),
      solvedAt: null,
      firstReplyMinutes: null,
      resolutionMinutes: null,
    })
  })

  it('is read with the organization that the person belongs to by default', async () => {
    const user = { id: 9, name: 'Zoë', organization_id: 71, role: 'end-user' }
    const organizations = [
      { id: 70, name: 'Other' },
      { id: 71, name: 'Guests' },
    ]
    vendor.answers('GET', '/api/v2/users/9.json', { body: { user, organizations } })
    expect(await desk.getPerson('9')).toEqual({
      id: '9',
      name: 'Zoë',
      email: null,
      phone: null,
      locale: null,
      timeZone: null,
      organization: 'Guests',
      tags: [],
    })
  })

  it.each([
    ['a customer', 9, [{ id: 9, name: 'Zoë', role: 'end-user' }], { kind: 'customer', name: 'Zoë' }],
    ['an agent', 8, [{ id: 8, name: 'Ada', role: 'agent' }], { kind: 'agent', name: 'Ada' }],
    ['an admin', 8, [{ id: 8, name: 'Ada', role: 'admin' }], { kind: 'agent', name: 'Ada' }],
    ['Zendesk itself', -1, [], { kind: 'system', name: 'Zendesk' }],
    ['somebody who is gone', 5, [], { kind: 'customer', name: 'unknown' }],
  ])('a comment by %s has an author of that kind', async (_, author_id, users, author) => {
    const comment = {
      id: 1,
      author_id,
      plain_body: ' a&nbsp;b\u00a0c ',
      public: true,
      created_at: '2026-03-02T08:00:00Z',
    }
    const meta = { has_more: false, after_cursor: 'x' }
    vendor.answers('GET', COMMENTS, { body: { comments: [comment], users, meta } })
    const page = await desk.listComments('7', { limit: 500 })
    expect(page).toMatchObject({ items: [{ author, text: 'a b c' }], next: null })
    expect(vendor.calls[0]?.query.get('page[size]')).toBe('100')
  })
})

describe('the list of changes', () => {
  const page = (fields: object) => ({ body: { tickets: [], end_of_stream: true, ...fields } })

  it.each([
    ['as asked', NOW - 3_600_000, NOW - 3_600_000],
    ['no later than Zendesk allows', NOW, NOW - 65_000],
    ['no earlier than time itself', -5, 0],
  ])('starts %s', async (_, since, start) => {
    vendor.answers('GET', EXPORT, page({ after_cursor: 'c1' }))
    expect(await desk.listChanges({ since })).toEqual({ tickets: [], cursor: 'c1', more: false })
    expect(vendor.calls[0]?.query.get('start_time')).toBe(String(start / 1000))
  })

  it('goes on from a cursor alone', async () => {
    vendor.answers('GET', EXPORT, page({ after_cursor: 'c2', end_of_stream: false }))
    expect(await desk.listChanges({ cursor: 'c1' })).toMatchObject({ cursor: 'c2', more: true })
    expect(Object.fromEntries(vendor.calls[0]?.query ?? [])).toEqual({ cursor: 'c1', include: 'metric_sets' })
  })

  it('starts where it started before, as long as Zendesk has given no cursor', async () => {
    for (let count = 0; count < 2; count += 1) vendor.answers('GET', EXPORT, page({ after_cursor: null }))
    const first = await desk.listChanges({ since: NOW - 3_600_000 })
    const second = await desk.listChanges({ cursor: first.cursor })
    expect(second.cursor).toBe(first.cursor)
    const starts = vendor.calls.map((call) => call.query.get('start_time'))
    expect(starts).toEqual([String((NOW - 3_600_000) / 1000), String((NOW - 3_600_000) / 1000)])
  })

  it('leaves deleted tickets out', async () => {
    const tickets = [ticket({ status: 'deleted' }), ticket({ id: 8 })]
    vendor.answers('GET', EXPORT, page({ tickets, after_cursor: 'c1' }))
    expect((await desk.listChanges({ since: 0 })).tickets.map((one) => one.id)).toEqual(['8'])
  })
})

describe('the handover', () => {
  it('is what the configuration says', () => {
    const config = zendeskConfig({
      ZENDESK_AI_ASSIGNEE: '11',
      ZENDESK_HUMAN_GROUP: '12',
      ZENDESK_ESCALATION_FIELD: '13',
      ZENDESK_ESCALATION_STATUS: 'hold',
    })
    expect(createZendeskDesk(config, zendeskDeps()).handover).toEqual({
      aiAssignee: '11',
      aiTag: 'ai_processing',
      escalation: {
        tag: 'escalate_vip',
        label: 'Escalate - VIP',
        fieldId: '13',
        status: 'hold',
        groupId: '12',
      },
    })
  })
})
