import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseZendeskWebhook } from '../../../integrations/zendesk/parse.ts'
import { expectDescribed } from '../../specs.ts'

function manifest(name: string): string {
  return readFileSync(new URL(`../../../manifests/zendesk/${name}`, import.meta.url), 'utf8')
}

it.each(['webhook-events.json', 'webhook-trigger.json'])(
  '%s is a webhook that Zendesk takes',
  async (name) => {
    await expectDescribed('zendesk', { method: 'POST', path: '/api/v2/webhooks', body: manifest(name) })
  },
)

it('understands what the trigger sends once Zendesk has filled it in', () => {
  const body = manifest('trigger-body.json')
  const request = { method: 'POST', url: '/', headers: {}, query: {} }
  const parse = (text: string) => parseZendeskWebhook({ ...request, rawBody: Buffer.from(text) })
  expect(parse(body.replace('{{ticket.id}}', '5158'))).toMatchObject({
    events: [{ event: { ticketId: '5158', hint: 'trigger.updated' } }],
  })
  expect(parse(body)).toMatchObject({ kind: 'ignored' })
})

it('understands every event that the webhook subscribes to', () => {
  const { webhook } = JSON.parse(manifest('webhook-events.json'))
  for (const type of webhook.subscriptions) {
    const rawBody = Buffer.from(JSON.stringify({ type, id: 'e1', detail: { id: '5158' } }))
    const parsed = parseZendeskWebhook({ method: 'POST', url: '/', headers: {}, query: {}, rawBody })
    expect(parsed, type).toMatchObject({ kind: 'events' })
  }
})

it('tells the admin the very body that the file holds', () => {
  expect(manifest('README.md')).toContain(manifest('trigger-body.json').trim())
})
