import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseZendeskWebhook } from '../../../integrations/zendesk/parse.ts'

const SAMPLE = JSON.parse(
  readFileSync(new URL('../../fixtures/zendesk/agent-assignment-changed.json', import.meta.url), 'utf8'),
)

function parse(body: unknown) {
  const rawBody = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return parseZendeskWebhook({ method: 'POST', url: '/', headers: {}, query: {}, rawBody })
}

function notified(ticketId: string, hint: string, dedupeKey: string | null, occurredAt: number | null) {
  const event = { type: 'desk_notified', desk: 'zendesk', ticketId, hint }
  return { kind: 'events', events: [{ event, source: 'zendesk', dedupeKey, occurredAt }] }
}

describe('the body of a Zendesk webhook', () => {
  it('of a ticket event says which ticket, when, and under which id', () => {
    const at = Date.parse('2026-01-08T10:12:07.672Z')
    expect(parse(SAMPLE)).toEqual(notified('5158', 'ticket.agent_assignment_changed', SAMPLE.id, at))
  })

  it.each([
    ['comment_added', {}],
    ['an_event_of_next_year', {}],
    ['status_changed', { detail: { id: 5158 } }],
  ])('of ticket.%s is a hint about its ticket', (name, change) => {
    const body = { ...SAMPLE, ...change, type: `zen:event-type:ticket.${name}` }
    expect(parse(body)).toMatchObject({ events: [{ event: { ticketId: '5158', hint: `ticket.${name}` } }] })
  })

  it.each([undefined, 'soon'])('counts without a time that can be read: %j', (time) => {
    expect(parse({ ...SAMPLE, time })).toMatchObject({ events: [{ occurredAt: null }] })
  })

  it.each(['5158', 5158])('of a trigger, ticket id %j, says which ticket', (ticket_id) => {
    expect(parse({ ticket_id, event: 'updated' })).toEqual(notified('5158', 'trigger.updated', null, null))
  })

  it.each([
    ['an event about a person', { ...SAMPLE, type: 'zen:event-type:user.created' }],
    ['a trigger tried out from the webhook page', { ticket_id: '{{ticket.id}}', event: 'updated' }],
  ])('is ignored when it is %s', (_, body) => {
    expect(parse(body)).toMatchObject({ kind: 'ignored' })
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '{"ticket_id":"1","event":"he said "no""}'],
    ['a list', [SAMPLE]],
    ['null', null],
    ['an event without a ticket', { ...SAMPLE, detail: {} }],
    ['an event without an id', { ...SAMPLE, id: undefined }],
    ['a ticket id that leads elsewhere', { ...SAMPLE, detail: { id: '../users/1' } }],
    ['a negative ticket id', { ticket_id: -1, event: 'updated' }],
    ['a fraction of a ticket', { ticket_id: 1.5, event: 'updated' }],
    ['a trigger without an event', { ticket_id: '5158' }],
    ['a trigger whose event is a novel', { ticket_id: '5158', event: 'x'.repeat(101) }],
    ['something else', { hello: 'world' }],
  ])('is malformed when it is %s', (_, body) => {
    expect(parse(body)).toMatchObject({ kind: 'malformed', reason: expect.stringMatching(/\S/) })
  })
})
