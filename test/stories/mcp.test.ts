import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StepInput } from '../../src/flows/index.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { saveTemplate } from '../saved-template.ts'
import { tokenOf } from '../tokens.ts'

const Result = z.looseObject({
  isError: z.boolean().optional(),
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
  structuredContent: z.record(z.string(), z.unknown()),
})

/** The SDK's own client over HTTP, as an agent uses it. */
async function agentOf(hub: TestHub, token = hub.apiToken) {
  const client = new Client({ name: 'an agent', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL(`${hub.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  })
  await client.connect(transport as Parameters<typeof client.connect>[0])
  const call = async (name: string, input: Record<string, unknown>, key?: string) =>
    Result.parse(
      await client.callTool({
        name,
        arguments: input,
        ...(key ? { _meta: { 'switchboard/idempotency-key': key } } : {}),
      }),
    )
  return { client, call, [Symbol.asyncDispose]: () => client.close() }
}

const rpc = (method: string, params: unknown = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })

function post(hub: TestHub, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${hub.url}/mcp`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
  })
}

describe('the tools', () => {
  it('are the skills, with what each does to the world, and none that only the hub’s own templates use', async () => {
    await using hub = await startTestHub()
    await using agent = await agentOf(hub)
    const { tools } = await agent.client.listTools()
    const toolOf = (name: string) => tools.find((tool) => tool.name === name)
    expect(toolOf('search_knowledge')).toMatchObject({
      title: expect.any(String),
      inputSchema: {
        type: 'object',
        properties: { query: { type: 'string' } },
        required: expect.arrayContaining(['query']),
      },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true },
    })
    expect(toolOf('create_escalation')?.annotations).toMatchObject({ readOnlyHint: false })
    expect(toolOf('send_email')?.description).toContain('approves')
    for (const { name, internal } of (await skillsOf(hub)) ?? [])
      expect([name, toolOf(name) === undefined]).toEqual([name, internal === true])
  })

  it('read at once', async () => {
    await using hub = await startTestHub()
    await hub.learn('faq-breakfast')
    await using agent = await agentOf(hub)
    const { isError, content, structuredContent } = await agent.call('search_knowledge', {
      query: 'When is breakfast served?',
    })
    expect(isError).toBeUndefined()
    expect(JSON.parse(content[0]?.text ?? '')).toEqual(structuredContent)
    expect(JSON.stringify(structuredContent)).toMatch(/breakfast/i)
  })

  it('write at once, and once under one key', async () => {
    await using hub = await startTestHub()
    await using agent = await agentOf(hub)
    const input = { priority: 'low', reason: 'Look at this', brief: 'Because' }
    const first = await agent.call('create_escalation', input, 'one')
    const again = await agent.call('create_escalation', input, 'one')
    await agent.call('create_escalation', input)
    await agent.call('create_escalation', input)
    expect(again.structuredContent).toEqual(first.structuredContent)
    const { data } = (await hub.api.call('GET', '/escalations')) as { data: unknown[] }
    expect(data).toHaveLength(3)
  })

  it('say what is wrong with an input, where, and by which code', async () => {
    await using hub = await startTestHub()
    await using agent = await agentOf(hub)
    const { isError, content, structuredContent } = await agent.call('create_escalation', {
      priority: 'urgent',
      reason: 'x',
      brief: 'x',
    })
    expect(isError).toBe(true)
    expect(content[0]?.text).toMatch(/^bad_input: /)
    expect(structuredContent).toMatchObject({
      error: { code: 'bad_input', errors: [{ path: 'priority', message: expect.any(String) }] },
    })
  })

  it('answer what a vendor or a policy says with its code', async () => {
    await using hub = await startTestHub()
    await using agent = await agentOf(hub)
    const answer = await agent.call('comment_ticket', { ticket: 'nodesk:1', text: 'Hello' })
    expect(answer).toMatchObject({ isError: true, structuredContent: { error: { code: 'unknown_desk' } } })
  })

  it('tell which templates there are, and start a flow from one', async () => {
    await using hub = await startTestHub()
    const look: StepInput = { type: 'delay', name: 'rest', title: 'Rest', for: '1h' }
    await saveTemplate(hub, { name: 'a_rest', steps: [look] })
    await using agent = await agentOf(hub)
    const { structuredContent } = await agent.call('list_templates', {})
    expect(structuredContent).toMatchObject({
      templates: expect.arrayContaining([
        expect.objectContaining({ name: 'a_rest', params: {} }),
        expect.objectContaining({ name: 'resolve_ticket' }),
      ]),
      next: null,
    })
    const started = await agent.call('start_flow', { template: 'a_rest' })
    await hub.settle()
    const id = String(started.structuredContent.flowId)
    expect((await agent.call('get_flow', { id })).structuredContent).toMatchObject({ status: 'waiting' })
  })

  it('there is none by an unknown name', async () => {
    await using hub = await startTestHub()
    await using agent = await agentOf(hub)
    await expect(agent.call('no_such_tool', {})).rejects.toThrow('There is no tool "no_such_tool"')
  })
})

describe('what reaches a customer', () => {
  it('asks a person first where a flow would do it that is started, whatever the flow itself asks', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'never' } })
    const { mail } = await aCustomer(hub)
    const send: StepInput = {
      type: 'tool_call',
      name: 'mail',
      title: 'Write to them',
      skill: 'send_email',
      input: { ...mail, subject: 'By a flow' },
    }
    await saveTemplate(hub, { name: 'writes', steps: [send] })
    const below: StepInput = { type: 'sub_flow', name: 'below', title: 'Below', template: 'writes' }
    await saveTemplate(hub, { name: 'has_one_written', steps: [below] })
    await using agent = await agentOf(hub)
    const asked = await agent.call('start_flow', { template: 'has_one_written' })
    await hub.settle()
    expect(sentMails(hub, 'By a flow')).toEqual([])
    const flow = await hub.api.flow(String(asked.structuredContent.flow_id))
    expect(flow).toMatchObject({ status: 'awaiting_user', waiting_for: expect.stringContaining('approval') })
    await hub.api.approve(flow.id, flow.steps[0]?.id ?? '')
    await hub.settle()
    expect(sentMails(hub, 'By a flow')).toHaveLength(1)
  })

  it('is looked up before anybody is asked: a template that is not there is told at once', async () => {
    await using hub = await startTestHub()
    await using agent = await agentOf(hub)
    const answer = await agent.call('start_flow', { template: 'writs' })
    expect(answer).toMatchObject({
      isError: true,
      structuredContent: { error: { code: 'unknown_template' } },
    })
  })

  it('asks a person first, and goes out once it is approved, as they edited it', async () => {
    await using hub = await startTestHub()
    const { mail } = await aCustomer(hub)
    await using agent = await agentOf(hub)
    const asked = await agent.call('send_email', mail)
    expect(asked.structuredContent).toMatchObject({
      flow_id: expect.stringMatching(/^flw_/),
      status: expect.stringMatching(/pending|awaiting_user/),
      waiting_for: expect.any(String),
    })
    const id = String(asked.structuredContent.flow_id)
    await hub.settle()
    expect(sentMails(hub, mail.subject)).toEqual([])
    expect((await agent.call('get_flow', { id })).structuredContent).toMatchObject({
      status: 'awaiting_user',
      waiting_for: expect.stringContaining('approval'),
      waiting_until: expect.stringMatching(/^\d{4}-/),
    })

    const flow = await hub.api.flow(id)
    await hub.api.call('POST', `/ai/flows/${id}/steps/${flow.steps[0]?.id}/respond`, {
      response: { value: 'approve', edit: { text: 'As edited, with {{params.input.subject}}' } },
    })
    await hub.settle()
    expect(sentMails(hub, mail.subject)).toMatchObject([
      { text: expect.stringContaining('As edited, with {{params.input.subject}}') },
    ])
    expect((await agent.call('get_flow', { id })).structuredContent).toMatchObject({ status: 'completed' })
  })

  it('goes out as it was given: what looks like a mapping in it is text', async () => {
    await using hub = await startTestHub()
    const { mail } = await aCustomer(hub)
    await using agent = await agentOf(hub)
    const text = 'Hello {{params.skill}} and {{context.nothing}}'
    const id = String((await agent.call('send_email', { ...mail, text })).structuredContent.flow_id)
    await hub.settle()
    const [step] = (await hub.api.flow(id)).steps
    await hub.api.approve(id, step?.id ?? '')
    await hub.settle()
    expect(sentMails(hub, mail.subject)).toMatchObject([{ text: expect.stringContaining(text) }])
  })

  it('is not sent when it is rejected, and the agent can read why', async () => {
    await using hub = await startTestHub()
    const { mail } = await aCustomer(hub)
    await using agent = await agentOf(hub)
    const id = String((await agent.call('send_email', mail)).structuredContent.flow_id)
    await hub.settle()
    const [step] = (await hub.api.flow(id)).steps
    await hub.api.call('POST', `/ai/flows/${id}/steps/${step?.id}/respond`, {
      response: { value: 'reject', note: 'not today' },
    })
    await hub.settle()
    expect(sentMails(hub, mail.subject)).toEqual([])
    const { structuredContent } = await agent.call('get_flow', { id })
    expect(structuredContent).toMatchObject({ status: 'completed', outcome: 'rejected' })
    expect(JSON.stringify(structuredContent)).toContain('not today')
  })

  it('is not sent when nobody answers', async () => {
    await using hub = await startTestHub()
    const { mail } = await aCustomer(hub)
    await using agent = await agentOf(hub)
    const id = String((await agent.call('send_email', mail)).structuredContent.flow_id)
    await hub.pass(25 * 3_600_000)
    expect((await agent.call('get_flow', { id })).structuredContent).toMatchObject({ outcome: 'expired' })
    expect(sentMails(hub, mail.subject)).toEqual([])
  })

  it('is asked for once under one key', async () => {
    await using hub = await startTestHub()
    const { mail } = await aCustomer(hub)
    await using agent = await agentOf(hub)
    const ids = [await agent.call('send_email', mail, 'k'), await agent.call('send_email', mail, 'k')]
    expect(new Set(ids.map(({ structuredContent }) => structuredContent.flow_id)).size).toBe(1)
  })

  it.each(['place_call', 'comment_ticket'])('by %s asks a person as well', async (name) => {
    await using hub = await startTestHub()
    const { customerId, ticket } = await aCustomer(hub)
    await using agent = await agentOf(hub)
    const pack = { language: 'en', firstMessage: 'Hi', systemPrompt: 'Be kind', successCriteria: 'None' }
    const inputs: Record<string, Record<string, unknown>> = {
      place_call: { customerId, ticket, pack },
      comment_ticket: { ticket, text: 'Hello', public: true },
    }
    const { structuredContent } = await agent.call(name, inputs[name] ?? {})
    expect(structuredContent).toMatchObject({ flow_id: expect.stringMatching(/^flw_/) })
  })

  it('is refused at once where its input does not fit', async () => {
    await using hub = await startTestHub()
    await using agent = await agentOf(hub)
    const { structuredContent } = await agent.call('send_email', { subject: '' })
    expect(structuredContent).toMatchObject({ error: { code: 'bad_input' } })
    expect(await hub.api.call('GET', '/ai/flows')).toMatchObject({ data: [] })
  })
})

describe('who may', () => {
  it('without a token nobody, from where the sandbox is not open', async () => {
    await using hub = await startTestHub({ env: { ALLOWED_ORIGINS: 'https://crm.example' } })
    const answer = await post(hub, rpc('tools/list'), { origin: 'https://crm.example' })
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    await expect(agentOf(hub, 'wrong')).rejects.toThrow()
  })

  it('a token that may read sees and runs what reads, and nothing else', async () => {
    await using hub = await startTestHub()
    await using agent = await agentOf(hub, await tokenOf(hub, 'reader', 'read'))
    const { tools } = await agent.client.listTools()
    expect(tools.filter(({ annotations }) => !annotations?.readOnlyHint)).toEqual([])
    expect((await agent.call('search_knowledge', { query: 'breakfast' })).isError).toBeUndefined()
    const refused = await agent.call('create_escalation', { priority: 'low', reason: 'x', brief: 'x' })
    expect(refused).toMatchObject({ isError: true, structuredContent: { error: { code: 'missing_scope' } } })
  })

  it('what the policy denies to agents is not offered, and refused', async () => {
    const policy = { roles: { agent: { deny: ['create_escalation'] } } }
    await using hub = await startTestHub({ env: { SKILL_POLICY: JSON.stringify(policy) } })
    await using agent = await agentOf(hub, await tokenOf(hub, 'writer'))
    const { tools } = await agent.client.listTools()
    expect(tools.map(({ name }) => name)).not.toContain('create_escalation')
    const refused = await agent.call('create_escalation', { priority: 'low', reason: 'x', brief: 'x' })
    expect(refused).toMatchObject({ structuredContent: { error: { code: 'refused_policy' } } })
  })

  it('pages of other origins only where they are allowed', async () => {
    await using hub = await startTestHub({ env: { ALLOWED_ORIGINS: 'https://crm.example' } })
    const authorization = `Bearer ${hub.apiToken}`
    const allowed = await post(hub, rpc('tools/list'), { authorization, origin: 'https://crm.example' })
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://crm.example',
    ])
    expect(
      (await post(hub, rpc('tools/list'), { authorization, origin: 'https://evil.example' })).status,
    ).toBe(403)
  })
})

describe('the transport', () => {
  it('has no stream and no session: GET and DELETE are answered 405', async () => {
    await using hub = await startTestHub()
    for (const method of ['GET', 'DELETE']) {
      const answer = await fetch(`${hub.url}/mcp`, { method, headers: { accept: 'text/event-stream' } })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    }
  })

  it('refuses what is no JSON, too large, or no request of the protocol', async () => {
    await using hub = await startTestHub()
    expect((await post(hub, '{')).status).toBe(400)
    expect((await post(hub, rpc('x', 'y'.repeat(1_100_000)))).status).toBe(413)
    expect((await post(hub, '{"hello":1}')).status).toBe(400)
    expect((await post(hub, 'x', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post(hub, rpc('tools/list'), { accept: 'text/html' })).status).toBe(406)
  })
})

async function skillsOf(hub: TestHub) {
  const answer = await hub.api.call('GET', '/skills?limit=200')
  const Skill = z.looseObject({ name: z.string(), internal: z.boolean().optional() })
  return z.object({ data: z.array(Skill) }).parse(answer).data
}

/** Somebody with a ticket whom the hub knows, and a mail to them. */
async function aCustomer(hub: TestHub) {
  const ticket = `zendesk:${hub.ticketOf(ABHISHEK)}`
  hub.assign(ABHISHEK)
  await hub.settle()
  const { customer } = await hub.runOf(ticket.replace('zendesk:', ''))
  const customerId = String(customer?.id)
  const mail = { customerId, ticket: null, kind: 'news', subject: 'From an agent', text: 'Hello there' }
  return { ticket, customerId, mail }
}

function sentMails(hub: TestHub, subject: string) {
  return Object.values(hub.control.world.mails).filter((one) => one.subject === subject)
}
