import { describe, expect, it } from 'vitest'
import { SLACK } from '../../src/sandbox/slack.ts'
import type { ChatServer } from '../../src/sandbox/world.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const ROBERT = 'robert.tables@mail.example'

const messagesIn = (server: ChatServer) =>
  Object.values(server.channels).flatMap((channel) => Object.values(channel.messages))
const slack = (hub: TestHub) => messagesIn(hub.control.world.chat.slack)
const discord = (hub: TestHub) => messagesIn(hub.control.world.chat.discord)

async function escalated(options: Parameters<typeof startTestHub>[0] = {}) {
  const hub = await startTestHub(options)
  hub.control.behave(ABHISHEK, { call: 'angry' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  const [escalation] = (await hub.runOf(ticket)).escalations
  if (!escalation) throw new Error('nothing was escalated')
  return { hub, ticket, escalation }
}

describe('the card of a case', () => {
  it.each([
    ['Slack', slack],
    ['Discord', discord],
  ])('on %s tells ticket and link, customer, outcome, summary and what to do next', async (_name, of) => {
    const { hub, ticket } = await escalated()
    await using _ = hub
    expect(of(hub)).toHaveLength(1)
    const card = JSON.stringify(of(hub)[0]?.body)
    expect(card).toContain(`zendesk:${ticket}`)
    expect(card).toMatch(new RegExp(`http[^"]*/agent/tickets/${ticket}`))
    for (const part of ['Abhishek Rao', 'Trip for three', 'Needs a person', 'HIGH', 'Next'])
      expect(card).toContain(part)
  })

  it('says success with a word as well as with a colour', async () => {
    await using hub = await startTestHub()
    hub.assign(ABHISHEK)
    await hub.settle()
    expect(slack(hub)[0]?.text).toContain('Resolved by AI')
    expect(discord(hub)[0]?.text).toContain('Resolved by AI')
  })

  it('changes in place when somebody claims the escalation, and when it is resolved', async () => {
    const { hub, escalation } = await escalated()
    await using _ = hub
    await hub.api.call('POST', `/escalations/${escalation.id}/claim`)
    await hub.settle()
    for (const [message, ...more] of [slack(hub), discord(hub)]) {
      expect(more).toEqual([])
      expect(message?.edits).toHaveLength(1)
      expect(JSON.stringify(message?.body)).toContain('assigned')
    }
    await hub.api.call('POST', `/escalations/${escalation.id}/resolve`, { note: 'called back' })
    await hub.settle()
    for (const [message, ...more] of [slack(hub), discord(hub)]) {
      expect(more).toEqual([])
      expect(JSON.stringify(message?.body)).toContain('resolved')
    }
  })

  it('is the same message for a second flow about the same ticket', async () => {
    const { hub, ticket } = await escalated()
    await using _ = hub
    hub.control.behave(ABHISHEK, { call: 'agrees' })
    hub.control.assignToAi(ticket)
    await hub.pass(60_000)
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    expect(slack(hub)).toHaveLength(1)
    expect(slack(hub)[0]?.text).toContain('Resolved by AI')
  })

  it('is posted once when two things about one case are told at the same moment', async () => {
    await using hub = await startTestHub()
    const ticket = `zendesk:${hub.ticketOf(ABHISHEK)}`
    await Promise.all(
      ['one', 'two', 'three'].map((reason) =>
        hub.api.call('POST', '/skills/create_escalation', {
          input: { priority: 'normal', reason, brief: reason, ticket, source: 'test' },
        }),
      ),
    )
    await hub.pass(60_000)
    expect(slack(hub)).toHaveLength(1)
    expect(discord(hub)).toHaveLength(1)
  })
})

/** Points the hub at Slack's incoming webhook and at nothing else of Slack. */
const webhookAlone = (env: Record<string, string>) => ({
  SLACK_WEBHOOK_URL: `${env.SLACK_API_URL?.replace(/\/api\/$/, '')}${SLACK.webhookPath}`,
  SLACK_BOT_TOKEN: '',
  SLACK_SIGNING_SECRET: '',
  SLACK_ESCALATIONS_CHANNEL: '',
  SLACK_API_URL: '',
})

describe('trouble with chat', () => {
  it.each(['timeout_after_effect', 'reset_before_effect'] as const)(
    '%s on the first post leaves one message',
    async (kind) => {
      await using hub = await startTestHub()
      hub.control.switchFault('slack', { on: 'POST chat.postMessage', kind, times: 1 })
      hub.control.switchFault('discord', { on: 'POST /messages', kind, times: 1 })
      hub.assign(ABHISHEK)
      await hub.pass(10 * 60_000)
      expect(slack(hub)).toHaveLength(1)
      expect(discord(hub)).toHaveLength(1)
    },
  )

  it('Slack being down does not keep Discord from telling', async () => {
    await using hub = await startTestHub()
    hub.control.switchFault('slack', { on: '* /api', kind: { status: 503 }, times: 1_000 })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(3_600_000)
    expect(discord(hub)).toHaveLength(1)
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'resolved' })
  })

  it('alerts that can’t be told do not raise ever more alerts', async () => {
    const { hub, escalation } = await escalated()
    await using _ = hub
    for (const vendor of ['slack', 'discord'])
      hub.control.switchFault(vendor, { on: '* /api', kind: { status: 503 }, times: 100_000 })
    await hub.api.call('POST', `/escalations/${escalation.id}/resolve`, {})
    await hub.pass(6 * 3_600_000)
    const { data } = (await hub.api.call('GET', '/escalations?limit=100')) as { data: unknown[] }
    expect(data).toHaveLength(1)
  })

  it('works with an incoming Slack webhook alone: one alert, no edits', async () => {
    await using hub = await startTestHub({ vendors: webhookAlone })
    hub.assign(ABHISHEK)
    await hub.settle()
    expect(slack(hub)).toMatchObject([{ via: 'webhook', text: expect.stringContaining('Resolved by AI') }])
  })

  it('tells through a webhook alone what became of a case later', async () => {
    await using hub = await startTestHub({ vendors: webhookAlone })
    hub.control.behave(ABHISHEK, { call: 'angry' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const [escalation] = (await hub.runOf(ticket)).escalations
    await hub.api.call('POST', `/escalations/${escalation?.id}/resolve`, {})
    await hub.settle()
    expect(slack(hub).map(({ body }) => /resolved/.test(JSON.stringify(body)))).toEqual([false, true])
  })

  it('does not repeat an alert through a webhook that can’t be asked whether it arrived', async () => {
    await using hub = await startTestHub({ vendors: webhookAlone })
    hub.control.switchFault('slack', { on: 'POST /services', kind: 'timeout_after_effect', times: 1 })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(3_600_000)
    expect(slack(hub)).toHaveLength(1)
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed' })
  })
})

it('renders what customers write harmless: no mention, no markup, no link of theirs', async () => {
  await using hub = await startTestHub()
  hub.control.behave(ROBERT, { mail: 'angry' })
  hub.assign(ROBERT)
  await hub.settle()

  const inSlack = JSON.stringify(slack(hub)[0]?.body)
  const inDiscord = JSON.stringify(discord(hub)[0]?.body)
  expect(inSlack).toContain('Tables')
  for (const bad of ['<!channel>', '<!here>', '<@U0BOT>', '<https://evil.example|'])
    expect(inSlack).not.toContain(bad)
  expect(inSlack).not.toMatch(/(?<!\u2060)@(?:everyone|channel|here)\b(?<!\u2060)/)
  expect(inDiscord).not.toMatch(/@(?:everyone|here)\b/)
  expect(inDiscord).not.toContain('](https://evil.example)')
})
