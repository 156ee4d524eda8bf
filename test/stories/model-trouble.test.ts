import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/ops/clock.ts'
import { MODEL, startModelStandIn } from '../../src/sandbox/model.ts'
import { emptyWorld, type ModelMood } from '../../src/sandbox/world.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const sentMails = (hub: TestHub) =>
  Object.values(hub.control.world.mails).filter(({ direction }) => direction === 'sent')

/** Another provider with a world, and so a mood, of its own. */
async function secondProvider() {
  const world = emptyWorld(Date.now())
  const standIn = await startModelStandIn({ world, clock: systemClock(), uuid: () => crypto.randomUUID() })
  return {
    seen: standIn.seen,
    vendors: () => ({
      OPENAI_FALLBACK_BASE_URL: `${standIn.url}/v1`,
      OPENAI_FALLBACK_API_KEY: MODEL.apiKey,
      OPENAI_FALLBACK_MODEL: MODEL.model,
    }),
    [Symbol.asyncDispose]: () => standIn.close(),
  }
}

describe('a model that answers what can’t be used', () => {
  it.each(['nonsense', 'cut_json', 'refuses'] as const)(
    '(%s) is replaced by a template mail, rules and a person',
    async (model: ModelMood) => {
      await using hub = await startTestHub()
      hub.control.set({ model })
      const ticket = hub.assign(ABHISHEK)
      await hub.settle()

      const flow = await hub.flowOf(ticket)
      expect(flow).toMatchObject({ status: 'completed', outcome: 'escalated' })
      expect(flow.step('draft_mail').result).toMatchObject({ writtenBy: 'template', citations: [] })
      expect(flow.step('read_reply').result).toMatchObject({ readBy: 'rules', kind: 'phone_given' })
      expect(sentMails(hub)).toHaveLength(1)
      expect(sentMails(hub)[0]?.text).toContain('sent automatically')
      expect(hub.effects().calls.total).toBe(1)
      expect(hub.control.world.tickets[ticket]?.status).not.toBe('solved')
      expect((await hub.runOf(ticket)).escalations[0]?.brief).toContain('No model judged the call')
    },
  )

  it('is asked to repair its answer once, and every attempt is logged', async () => {
    await using hub = await startTestHub()
    hub.control.set({ model: 'nonsense' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const profiles = (await hub.runOf(ticket)).modelRuns.filter(({ purpose }) => purpose === 'profile')
    expect(profiles.map(({ outcome }) => outcome)).toEqual(['invalid', 'invalid'])
  })
})

it('logs every answer with prompt version, tokens, cost and latency', async () => {
  await using hub = await startTestHub({ env: { MODEL_PRICES: `${MODEL.model}=0.5/2` } })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  const { modelRuns } = await hub.runOf(ticket)
  expect(modelRuns.map(({ purpose }) => purpose)).toEqual([
    'profile',
    'mail ask_phone',
    'reply',
    'call outcome',
  ])
  for (const run of modelRuns) {
    expect(run).toMatchObject({ provider: 'openai', model: MODEL.model, outcome: 'answered' })
    expect(run.prompt).toMatch(/^[a-z_]+@.*\d/)
    expect(run.input_tokens).toBeGreaterThan(100)
    expect(run.output_tokens).toBeGreaterThan(10)
    expect(run.latency_ms).toBeGreaterThanOrEqual(0)
    const cost = (Number(run.input_tokens) * 0.5 + Number(run.output_tokens) * 2) / 1_000_000
    expect(run.cost_usd).toBeCloseTo(cost, 9)
  }
})

describe('a model server that fails', () => {
  it('is tried again where that may help, and the job goes on as if nothing was', async () => {
    await using hub = await startTestHub()
    hub.control.switchFault('model', { on: 'POST /chat', kind: { status: 500 }, times: 1 })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    const outcomes = (await hub.runOf(ticket)).modelRuns.map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['failed', 'answered', 'answered', 'answered', 'answered'])
  })

  it('is left alone for a while once it keeps failing', { timeout: 20_000 }, async () => {
    await using hub = await startTestHub()
    hub.control.switchFault('model', { on: 'POST /chat', kind: { status: 500 }, times: 1_000 })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'completed', outcome: 'escalated' })
    expect(sentMails(hub)).toHaveLength(1)
    const outcomes = (await hub.runOf(ticket)).modelRuns.map(({ outcome }) => outcome)
    expect(outcomes).toContain('skipped_breaker')
    expect(outcomes.filter((outcome) => outcome === 'failed').length).toBeLessThanOrEqual(6)
  })

  it('that is slow is not waited for beyond the limit', async () => {
    await using hub = await startTestHub({ env: { MODEL_TIMEOUT: '300ms' } })
    hub.control.switchFault('model', { on: 'POST /chat', kind: { answerAfterMs: 2_000 }, times: 1 })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const flow = await hub.flowOf(ticket)
    expect(flow.step('profile').result).toMatchObject({ writtenBy: 'template' })
    expect(flow.step('draft_mail').result).toMatchObject({ writtenBy: 'model' })
    expect((await hub.runOf(ticket)).modelRuns[0]).toMatchObject({ outcome: 'timeout' })
  })
})

describe('with a second provider', () => {
  it.each([
    ['answers nonsense', (hub: TestHub) => hub.control.set({ model: 'nonsense' })],
    [
      'is out of order',
      (hub: TestHub) =>
        hub.control.switchFault('model', { on: 'POST /chat', kind: { status: 400 }, times: 1_000 }),
    ],
  ])('that one answers when the first %s', { timeout: 20_000 }, async (_what, trouble) => {
    await using second = await secondProvider()
    await using hub = await startTestHub({ vendors: second.vendors })
    trouble(hub)
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'resolved' })
    const answered = (await hub.runOf(ticket)).modelRuns.filter(({ outcome }) => outcome === 'answered')
    expect(answered.map(({ provider }) => provider)).toEqual(Array(4).fill('openai-fallback'))
    expect(JSON.stringify(await hub.api.call('GET', '/ai/actions?limit=100'))).toContain('failover_activated')
  })
})

describe('with no model at all', () => {
  const env = { OPENAI_BASE_URL: '', OPENAI_API_KEY: '', OPENAI_MODEL: '' }

  it('the job still runs: template mail, keywords, and a person judges the call', async () => {
    await using hub = await startTestHub({ vendors: () => env })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const flow = await hub.flowOf(ticket)
    expect(flow).toMatchObject({ status: 'completed', outcome: 'escalated' })
    expect(hub.effects()).toMatchObject({ mails: { total: 1 }, calls: { total: 1 } })
    expect((await hub.runOf(ticket)).modelRuns).toEqual([])
    expect(hub.sandbox.standIns.model.seen.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it('a mail in the customer’s language goes out', async () => {
    await using hub = await startTestHub({ vendors: () => env })
    hub.control.behave('anna.weber@weber-architekten.example', { mail: 'silent' })
    hub.assign('anna.weber@weber-architekten.example')
    await hub.settle()
    expect(sentMails(hub)[0]?.text).toContain('automatisch versandt')
    expect(sentMails(hub)[0]?.text).toMatch(/Telefonnummer/)
  })

  it.each([
    ['angry', 'high'],
    ['opts_out', 'normal'],
    ['asks_question', 'normal'],
    ['refuses', 'normal'],
  ] as const)(
    'a reply that "%s" is no guess: who did not agree is not called, and in the end a person has it',
    async (mail, priority) => {
      await using hub = await startTestHub({ vendors: () => env })
      hub.control.behave(ABHISHEK, { mail })
      const ticket = hub.assign(ABHISHEK)
      await hub.settle()
      if (mail !== 'asks_question') expect(hub.effects().calls.total).toBe(0)
      await hub.pass(5 * 24 * 3_600_000)
      expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
      expect((await hub.runOf(ticket)).escalations).toMatchObject([{ priority }])
    },
  )
})
