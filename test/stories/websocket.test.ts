import { createHash } from 'node:crypto'
import { get } from 'node:http'
import { createConnection } from 'node:net'
import Echo from 'laravel-echo'
import { io, type Socket } from 'socket.io-client'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import type { StepInput } from '../../src/flows/index.ts'
import { insertInto, qb } from '../../src/store/index.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { startAgain, startFlowOf } from '../saved-template.ts'

const FLOW_EVENTS = [
  'FlowStepCompleted',
  'FlowUserInputRequired',
  'FlowCompleted',
  'FlowFailed',
  'FlowCancelled',
]

const ask = (name: string): StepInput => ({
  type: 'user_prompt',
  name,
  title: `Ask ${name}`,
  prompt_type: 'choice',
  message: `Which ${name}?`,
  options: [
    { value: '1', label: 'One' },
    { value: '2', label: 'Two' },
  ],
})
const look: StepInput = {
  type: 'tool_call',
  name: 'look',
  title: 'Look it up',
  skill: 'search_knowledge',
  input: { query: 'breakfast' },
}
const breaks: StepInput = { type: 'tool_call', name: 'breaks', title: 'Break', skill: 'no_such_skill' }

const Connector = z.object({ socket: z.custom<Socket>((value) => typeof value === 'object') })

const READER = 'reader-token-0123456789'

type Heard = { event: string; data: Record<string, unknown> }

/** The real Echo on the real client, as a page makes it; closed with the test. */
function echoOf(hub: TestHub, options: { token?: string; namespace?: string | false } = {}) {
  const { token = hub.apiToken, ...rest } = options
  const echo = new Echo({
    broadcaster: 'socket.io',
    host: hub.url,
    client: io,
    auth: { headers: { Authorization: `Bearer ${token}` } },
    ...rest,
  })
  /** Everything heard on a private channel, in order. */
  const follow = (name: string, events = FLOW_EVENTS, prefix = ''): Heard[] => {
    const heard: Heard[] = []
    const channel = echo.private(name)
    for (const event of events)
      channel.listen(`${prefix}${event}`, (data: Record<string, unknown>) => heard.push({ event, data }))
    return heard
  }
  const { socket } = Connector.parse(echo.connector)
  return { echo, socket, follow, [Symbol.dispose]: () => echo.disconnect() }
}

/** A connection without Echo, as another program makes it. */
function connect(hub: TestHub, options: Parameters<typeof io>[1] = {}) {
  const socket = io(hub.url, { forceNew: true, ...options })
  return Object.assign(socket, { [Symbol.dispose]: () => void socket.disconnect() })
}

/** What the hub answers a subscription that it refuses. */
function refusal(socket: Socket, subscription: unknown): Promise<unknown[]> {
  const answer = new Promise<unknown[]>((resolve) =>
    socket.once('subscription_error', (...given) => resolve(given)),
  )
  socket.emit('subscribe', subscription)
  return answer
}

/** A websocket by hand, whose other end says nothing more, not even goodbye. */
async function connectSilently(hub: TestHub) {
  const { hostname, port } = new URL(hub.url)
  const socket = createConnection({ host: hostname, port: Number(port) })
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  socket.write(
    [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `host: ${hostname}:${port}`,
      'connection: Upgrade',
      'upgrade: websocket',
      'sec-websocket-version: 13',
      'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
      '',
      '',
    ].join('\r\n'),
  )
  await until(() => expect(received).toContain('"sid"'))
  return { received: () => received, [Symbol.dispose]: () => void socket.destroy() }
}

const eventsOf = (heard: Heard[]) => heard.map(({ event }) => event)
const until = (check: () => void) => vi.waitFor(check, { timeout: 4_000, interval: 5 })

async function answer(hub: TestHub, flowId: string, name: string, value: string) {
  const flow = await hub.api.flow(flowId)
  const step = flow.steps.find((one) => one.name === name)
  await hub.api.call('POST', `/ai/flows/${flowId}/steps/${step?.id}/respond`, { response: { value } })
  await hub.settle()
}

describe('laravel-echo', () => {
  it('hears a flow’s whole life: what is asked, each step, and the end with what could come next', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [ask('room'), look])
    using client = echoOf(hub)
    const heard = client.follow(`ai_flow.${id}`)
    await until(() => expect(eventsOf(heard)).toEqual(['FlowUserInputRequired']))
    expect(heard[0]?.data).toMatchObject({
      flow: { id, status: 'awaiting_user', total_steps: 2, completed_steps: 0 },
      step: { name: 'room', status: 'awaiting_user', prompt_message: 'Which room?' },
      prompt_type: 'choice',
      message: 'Which room?',
      options: [
        { value: '1', label: 'One' },
        { value: '2', label: 'Two' },
      ],
    })

    const suggestion = { type: 'suggestion', message: 'Book it?', action: 'book' }
    await suggest(hub, id, suggestion)
    await answer(hub, id, 'room', '2')
    await until(() => expect(eventsOf(heard)).toContain('FlowCompleted'))
    expect(eventsOf(heard)).toEqual([
      'FlowUserInputRequired',
      'FlowStepCompleted',
      'FlowStepCompleted',
      'FlowCompleted',
    ])
    expect(heard[1]?.data).toMatchObject({
      flow: { id, status: 'running', completed_steps: 1 },
      step: { name: 'room', status: 'completed', result: { value: '2' } },
      next_step: { name: 'look', status: 'running' },
    })
    expect(heard[2]?.data).toMatchObject({ step: { name: 'look' }, next_step: null })
    expect(heard[3]?.data).toMatchObject({ flow: { id, status: 'completed' }, suggestions: [suggestion] })
  })

  it('is told flow and step as the REST API shows them', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [ask('room')])
    using client = echoOf(hub)
    const heard = client.follow(`ai_flow.${id}`)
    await until(() => expect(heard).toHaveLength(1))
    const { steps, ...flow } = await hub.api.flow(id)
    expect(flow).toMatchObject(heard[0]?.data.flow as object)
    expect(steps[0]).toMatchObject(heard[0]?.data.step as object)
  })

  it('hears that a flow failed, and why', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [ask('room'), breaks])
    using client = echoOf(hub)
    const heard = client.follow(`ai_flow.${id}`)
    await until(() => expect(heard).toHaveLength(1))
    await answer(hub, id, 'room', '1')
    await until(() =>
      expect(heard.at(-1)).toMatchObject({
        event: 'FlowFailed',
        data: { flow: { id, status: 'failed' }, error: expect.stringContaining('no_such_skill') },
      }),
    )
  })

  it.each([
    ['with a leading dot', undefined, '.'],
    ['without a namespace', false, ''],
    ['with its default namespace', undefined, ''],
  ] as const)('hears each event once %s', async (_how, namespace, prefix) => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [ask('room'), look])
    using client = echoOf(hub, namespace === undefined ? {} : { namespace })
    const heard = client.follow(`ai_flow.${id}`, FLOW_EVENTS, prefix)
    await until(() => expect(heard).toHaveLength(1))
    await answer(hub, id, 'room', '1')
    await until(() => expect(eventsOf(heard)).toContain('FlowCompleted'))
    expect(heard).toHaveLength(4)
  })

  it('hears of the flows it follows and of no other', async () => {
    await using hub = await startTestHub()
    const one = await startFlowOf(hub, [ask('room'), look])
    const other = await startAgain(hub)
    using client = echoOf(hub)
    const heard = client.follow(`ai_flow.${one}`)
    await until(() => expect(heard).toHaveLength(1))
    await answer(hub, other, 'room', '1')
    await answer(hub, one, 'room', '1')
    await until(() => expect(eventsOf(heard)).toContain('FlowCompleted'))
    expect(heard.map(({ data }) => data.flow)).toEqual(heard.map(() => expect.objectContaining({ id: one })))
  })

  it('hears what a branch of the flow asks, and where to answer it', async () => {
    await using hub = await startTestHub()
    const pause = { type: 'delay', name: 'pause', title: 'A pause', for: '1h' } as const
    const question = {
      ...ask('room'),
      type: 'user_prompt',
      prompt_type: 'text',
      message: 'Which room?',
    } as const
    const id = await startFlowOf(hub, [
      { type: 'parallel', name: 'fork', title: 'Both', branches: [{ name: 'a', steps: [pause, question] }] },
    ])
    using client = echoOf(hub)
    const heard = client.follow(`ai_flow.${id}`)
    await refusal(client.socket, { channel: 'private-nothing' })
    await hub.pass(3_600_000)
    await until(() => expect(heard).toHaveLength(1))
    expect(heard[0]).toMatchObject({
      event: 'FlowUserInputRequired',
      data: { flow: { parent_flow_id: id, branch: 'a' }, message: 'Which room?' },
    })
  })

  it('hears nothing more of a flow that it has left', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [ask('room'), ask('date'), look])
    using client = echoOf(hub)
    using witness = echoOf(hub)
    const heard = client.follow(`ai_flow.${id}`)
    const seen = witness.follow(`ai_flow.${id}`)
    await until(() => expect([heard.length, seen.length]).toEqual([1, 1]))
    const packets: unknown[] = []
    client.socket.onAny((...packet) => packets.push(packet))
    client.echo.leave(`ai_flow.${id}`)
    // Answered after the `unsubscribe` before it: once this refusal is here, that one has been done.
    await refusal(client.socket, { channel: 'private-nothing' })
    packets.length = 0
    await answer(hub, id, 'room', '1')
    await until(() => expect(seen).toHaveLength(3))
    expect(packets).toEqual([])
  })

  it('hears after a lost connection what it missed: how the flow stands now', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [ask('room'), ask('date'), look])
    using client = echoOf(hub)
    const heard = client.follow(`ai_flow.${id}`)
    await until(() => expect(heard).toHaveLength(1))
    client.socket.io.engine.close()
    await until(() => expect(client.socket.connected).toBe(false))
    await answer(hub, id, 'room', '1')
    await until(() => expect(heard.at(-1)?.data).toMatchObject({ message: 'Which date?' }))
    await answer(hub, id, 'date', '1')
    await until(() => expect(eventsOf(heard)).toContain('FlowCompleted'))
  })

  it('hears that a flow was cancelled', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [ask('room')])
    using client = echoOf(hub)
    const heard = client.follow(`ai_flow.${id}`)
    await until(() => expect(heard).toHaveLength(1))
    await hub.api.call('POST', `/ai/flows/${id}/cancel`, { reason: 'not needed' })
    await until(() =>
      expect(heard.at(-1)).toMatchObject({
        event: 'FlowCancelled',
        data: { flow: { id, status: 'cancelled' }, reason: 'not needed' },
      }),
    )
  })

  it('hears of escalations and calls, as the REST API shows them', async () => {
    await using hub = await startTestHub()
    using client = echoOf(hub)
    const escalations = client.follow('escalations', ['EscalationCreated', 'EscalationAssigned'])
    const calls = client.follow('calls', ['CallUpdated', 'CallEnded'])
    await refusal(client.socket, { channel: 'private-nothing' })
    hub.control.behave(ABHISHEK, { call: 'angry' })
    hub.assign(ABHISHEK)
    await hub.settle()
    await until(() => expect(eventsOf(escalations)).toEqual(['EscalationCreated']))
    const [shown] = ((await hub.api.call('GET', '/escalations')) as { data: { id: string }[] }).data
    expect(escalations[0]?.data.escalation).toEqual(shown)
    await hub.api.call('POST', `/escalations/${shown?.id}/claim`)
    await until(() =>
      expect(escalations[1]).toMatchObject({
        event: 'EscalationAssigned',
        data: { escalation: { status: 'assigned' } },
      }),
    )
    await until(() =>
      expect(calls.at(-1)).toMatchObject({ event: 'CallEnded', data: { call: { status: 'completed' } } }),
    )
  })
})

describe('who may listen', () => {
  it('a wrong token gets 401 for its channel, and hears nothing', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [ask('room')])
    using client = echoOf(hub, { token: 'wrong' })
    const heard = client.follow(`ai_flow.${id}`)
    const status = new Promise((resolve) =>
      client.echo.private(`ai_flow.${id}`).on('subscription_error', resolve),
    )
    expect(await status).toBe(401)
    await answer(hub, id, 'room', '1')
    await refusal(client.socket, { channel: 'private-nothing' })
    expect(heard).toEqual([])
  })

  type Placed = { handshake?: Parameters<typeof io>[1]; auth?: unknown }
  const places: [string, (token: string) => Placed][] = [
    ['with a subscription', (token) => ({ auth: { headers: { authorization: `Bearer ${token}` } } })],
    ['with the handshake', (token) => ({ handshake: { auth: { token } } })],
    [
      'in a header of the handshake',
      (token) => ({ handshake: { extraHeaders: { authorization: `Bearer ${token}` } } }),
    ],
  ]
  it.each(places)('a token that may read is taken %s, and a wrong one is not', async (_where, place) => {
    await using hub = await startTestHub()
    await makeToken(hub, READER, 'read')
    const id = await startFlowOf(hub, [ask('room')])
    const firstHeard = async (token: string) => {
      const { handshake, auth } = place(token)
      using socket = connect(hub, handshake)
      const first = new Promise((resolve) => socket.onAny(resolve))
      socket.emit('subscribe', { channel: `private-ai_flow.${id}`, auth })
      return await first
    }
    expect(await firstHeard(READER)).toBe('App\\Events\\FlowUserInputRequired')
    expect(await firstHeard('wrong')).toBe('subscription_error')
  })

  it('a token that is revoked hears nothing more within a minute', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      await using hub = await startTestHub()
      await makeToken(hub, READER, 'read')
      const id = await startFlowOf(hub, [ask('room')])
      using socket = connect(hub, { auth: { token: READER }, transports: ['websocket'] })
      const refused = new Promise((resolve) => socket.on('subscription_error', (...given) => resolve(given)))
      const joined = new Promise((resolve) => socket.on('FlowUserInputRequired', resolve))
      socket.emit('subscribe', { channel: `private-ai_flow.${id}` })
      await joined
      await hub.hub.store.write((tx) => tx.run(qb.deleteFrom('api_tokens')))
      await vi.advanceTimersByTimeAsync(60_000)
      expect(await refused).toEqual([`private-ai_flow.${id}`, 401, { code: 'unauthorized' }])
    } finally {
      vi.useRealTimers()
    }
  })

  it('what is no channel, or no subscription, is refused by its status and code', async () => {
    await using hub = await startTestHub()
    using socket = connect(hub)
    for (const [channel, code] of [
      ['private-ai_flow.flw_nothing', 'unknown_flow'],
      ['private-everything', 'unknown_channel'],
      ['ai_flow.public', 'unknown_channel'],
      ['presence-ai_flow.1', 'unknown_channel'],
    ] as const)
      expect(await refusal(socket, { channel })).toEqual([channel, 404, { code }])
    for (const nothing of [null, 'private-calls', { channel: 7 }, { channel: 'x'.repeat(300) }, []])
      expect(await refusal(socket, nothing)).toEqual(['', 400, { code: 'bad_input' }])
  })

  it('pages of other origins may connect only where they are allowed', async () => {
    await using hub = await startTestHub({ env: { ALLOWED_ORIGINS: 'https://crm.example' } })
    const statusFrom = async (origin: string) => {
      const answer = await fetch(`${hub.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } })
      return [answer.status, answer.headers.get('access-control-allow-origin')]
    }
    expect(await statusFrom('https://crm.example')).toEqual([200, 'https://crm.example'])
    expect(await statusFrom('https://evil.example')).toEqual([403, null])
    expect(await statusFrom(hub.url)).toEqual([200, null])
  })

  it('the sandbox is open to this machine’s programs alone, not to an allowed page without a token', async () => {
    await using hub = await startTestHub({ env: { ALLOWED_ORIGINS: 'https://crm.example' } })
    using socket = connect(hub, { extraHeaders: { origin: 'https://crm.example' } })
    expect(await refusal(socket, { channel: 'private-calls' })).toEqual([
      'private-calls',
      401,
      { code: 'unauthorized' },
    ])
  })
})

describe('limits', () => {
  it('a connection follows at most 100 channels', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [ask('room')])
    const ids = [id]
    while (ids.length < 101) ids.push(await copyOf(hub, id, `${id}${ids.length}`))
    using socket = connect(hub)
    const refused = new Promise((resolve) => socket.on('subscription_error', (...given) => resolve(given)))
    for (const one of ids) socket.emit('subscribe', { channel: `private-ai_flow.${one}` })
    expect(await refused).toEqual([`private-ai_flow.${ids[100]}`, 429, { code: 'too_many_channels' }])
  })

  it('a message that is too long, or too many of them, end the connection', async () => {
    await using hub = await startTestHub()
    for (const flood of [
      (socket: Socket) => socket.emit('subscribe', { channel: 'private-calls', auth: 'x'.repeat(20_000) }),
      (socket: Socket) => {
        for (let sent = 0; sent < 501; sent += 1) socket.emit('unsubscribe', { channel: 'private-calls' })
      },
    ]) {
      using socket = connect(hub, { transports: ['websocket'], reconnection: false })
      const ended = new Promise((resolve) => socket.on('disconnect', resolve))
      socket.on('connect', () => flood(socket))
      expect(await ended).toMatch(/transport (close|error)|server disconnect/)
    }
  })

  it('an open connection does not keep the hub from stopping', async () => {
    const hub = await startTestHub()
    using socket = connect(hub, { transports: ['websocket'], reconnection: false })
    await until(() => expect(socket.connected).toBe(true))
    const ended = new Promise((resolve) => socket.on('disconnect', resolve))
    const began = performance.now()
    await hub[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(5_000)
    await ended
  })

  it('nor does one that never hangs up', async () => {
    const hub = await startTestHub()
    using silent = await connectSilently(hub)
    const began = performance.now()
    await hub[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(silent.received()).toContain('101 Switching Protocols')
  })

  it('requests that offer another upgrade are answered as if they had not', async () => {
    await using hub = await startTestHub()
    const statusOf = (path: string, upgrade: string) =>
      new Promise((resolve, reject) => {
        const headers = { connection: 'Upgrade', upgrade, 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
        get(`${hub.url}${path}`, { headers, agent: false }, (answer) => {
          resolve(answer.statusCode)
          answer.resume()
        }).on('error', reject)
      })
    expect(await statusOf('/healthz', 'h2c')).toBe(200)
    expect(await statusOf('/elsewhere', 'websocket')).toBe(404)
  })
})

async function suggest(hub: TestHub, flowId: string, suggestion: unknown) {
  const row = await hub.hub.store.read.first(qb.selectFrom('flows').selectAll().where('id', '=', flowId))
  const context = JSON.stringify({ ...JSON.parse(row?.context ?? '{}'), suggestions: [suggestion] })
  await hub.hub.store.write((tx) => tx.run(qb.updateTable('flows').set({ context }).where('id', '=', flowId)))
}

async function makeToken(hub: TestHub, token: string, scopes: string) {
  const insert = insertInto('api_tokens', ['id', 'org', 'name', 'hash', 'scopes', 'created_at'])
  const hash = createHash('sha256').update(token).digest('hex')
  await hub.hub.store.write((tx) =>
    tx.run(insert({ id: 'tok_1', org: 'default', name: 'reader', hash, scopes, created_at: 0 })),
  )
}

/** A row like another flow's, which nothing carries on. @returns its id. */
async function copyOf(hub: TestHub, flowId: string, id: string): Promise<string> {
  const row = await hub.hub.store.read.first(qb.selectFrom('flows').selectAll().where('id', '=', flowId))
  if (row) await hub.hub.store.write((tx) => tx.run(qb.insertInto('flows').values({ ...row, id })))
  return id
}
