import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'
import { start, stepOf } from './start-template.ts'

const Template = z.looseObject({
  name: z.string(),
  version: z.number(),
  params: z.record(z.string(), z.looseObject({ type: z.string() })),
  steps: z.array(z.looseObject({ name: z.string(), type: z.string() })),
})
const List = z.object({
  data: z.array(Template.extend({ source: z.string(), versions: z.array(z.number()) })),
  nextCursor: z.string().nullable(),
})

const save = async (hub: TestHub, body: Record<string, unknown>) =>
  z.object({ template: Template }).parse(await hub.api.call('POST', '/ai/flow-templates', body)).template
const list = async (hub: TestHub, query = '') =>
  List.parse(await hub.api.call('GET', `/ai/flow-templates${query}`))

const asking = (message: string) => [
  {
    name: 'ask',
    type: 'user_prompt',
    title: 'Ask for a number',
    prompt_type: 'text',
    message,
  },
  { name: 'rest', type: 'delay', title: 'Rest', for: '{{params.rest}}' },
]
const params = { rest: { type: 'string', description: 'How long to rest', default: '1h' } }

describe('templates that people save', () => {
  it('are started by name, with typed parameters and their defaults', async () => {
    await using hub = await startTestHub()
    expect(
      await save(hub, { name: 'ask_and_rest', title: 'Ask', params, steps: asking('Which?') }),
    ).toMatchObject({ version: 1 })
    const flow = await start(hub, 'ask_and_rest', {})
    expect(flow).toMatchObject({ status: 'awaiting_user', template: 'ask_and_rest', template_version: 1 })
    await expect(start(hub, 'ask_and_rest', { rest: 5 })).rejects.toThrow('must be a string')
    await expect(start(hub, 'ask_and_rezt', {})).rejects.toThrow('Did you mean ask_and_rest?')
  })

  it('get a next version under the same name; a flow that runs keeps the one that it started with', async () => {
    await using hub = await startTestHub()
    await save(hub, { name: 'ask_and_rest', title: 'Ask', params, steps: asking('The first?') })
    const old = await start(hub, 'ask_and_rest', {})
    const second = await save(hub, {
      name: 'ask_and_rest',
      title: 'Ask',
      params,
      steps: asking('The second?').slice(0, 1),
    })
    expect(second.version).toBe(2)
    const young = await start(hub, 'ask_and_rest', {})
    expect(young).toMatchObject({ template_version: 2, total_steps: 1 })
    const { id } = await stepOf(hub, old.id, 'ask')
    await hub.api.call('POST', `/ai/flows/${old.id}/steps/${id}/respond`, { response: { value: 'seven' } })
    await hub.settle()
    expect(await hub.api.flow(old.id)).toMatchObject({
      template_version: 1,
      total_steps: 2,
      status: 'waiting',
    })
    const { data } = await list(hub)
    expect(data.find(({ name }) => name === 'ask_and_rest')).toMatchObject({ version: 2, versions: [1, 2] })
    const first = Template.parse(await hub.api.call('GET', '/ai/flow-templates/ask_and_rest?version=1'))
    expect(first.steps[0]).toMatchObject({ message: 'The first?' })
  })

  it('are listed beside the hub’s own, page by page', async () => {
    await using hub = await startTestHub()
    for (const name of ['a_first', 'm_second', 'z_third'])
      await save(hub, { name, title: 'Ask', params, steps: asking('Which?') })
    const { data } = await list(hub)
    const names = data.map(({ name }) => name)
    expect(names).toEqual(names.toSorted())
    expect(names).toEqual(expect.arrayContaining(['a_first', 'm_second', 'resolve_ticket', 'refund_review']))
    const paged: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await list(hub, `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      paged.push(...page.data.map(({ name }) => name))
      cursor = page.nextCursor
    }
    expect(paged).toEqual(names)
  })

  it.each([
    ['a name of the hub’s own', { name: 'resolve_ticket' }, 'name_taken'],
    [
      'a skill that is not there',
      { steps: [{ name: 'a', type: 'tool_call', title: 'A', skill: 'fly' }] },
      'fly',
    ],
    ['a goto that leads nowhere', { steps: [{ ...asking('?')[1], on_success: 'nowhere' }] }, 'nowhere'],
    ['a parameter that nobody declared', { params: {} }, 'rest'],
    ['no step', { steps: [] }, 'steps'],
  ])('are refused with %s, and nothing is saved', async (_what, change, told) => {
    await using hub = await startTestHub()
    const body = { name: 'ask_and_rest', title: 'Ask', params, steps: asking('Which?'), ...change }
    await expect(save(hub, body)).rejects.toThrow(told)
    expect((await list(hub)).data.map(({ source }) => source)).not.toContain('saved')
  })
})

/** A finished flow that wrote to a ticket of its own. */
async function finished(hub: TestHub, note: string) {
  await save(hub, {
    name: 'note_it',
    title: 'Note {{params.ticket}}',
    params: { ticket: { type: 'string', description: 'Which' } },
    steps: [
      {
        name: 'note',
        type: 'tool_call',
        title: `Note "${note}"`,
        skill: 'comment_ticket',
        input: { ticket: '{{params.ticket}}', text: note },
      },
      {
        name: 'again',
        type: 'conditional',
        title: 'Was it written?',
        condition: { if: '{{steps.note.result.ticket}}', exists: true },
        on_success: 'end',
        on_fail: 'rest',
      },
      { name: 'rest', type: 'delay', title: 'Rest', for: '1h' },
    ],
  })
  return start(hub, 'note_it', { ticket: `zendesk:${hub.ticketOf(ABHISHEK)}` })
}

describe('a template made of a finished flow', () => {
  it('has parameters for the values that were named, and runs', async () => {
    await using hub = await startTestHub()
    const flow = await finished(hub, 'Please look at this today')
    expect(flow.status).toBe('completed')
    const template = await save(hub, {
      name: 'note_anything',
      from_flow: flow.id,
      title: 'Note anything',
      params: { what: { type: 'string', description: 'What to note', from: 'steps.note.input.text' } },
    })
    expect(template.params).toMatchObject({ what: { type: 'string' }, ticket: { type: 'string' } })
    expect(template.steps[0]).toMatchObject({
      title: 'Note "(what)"',
      input: { text: '{{params.what}}', ticket: '{{params.ticket}}' },
    })
    expect(template.steps[1]).toMatchObject({ on_success: 'end', on_fail: 'rest' })
    const ticket = hub.ticketOf(ABHISHEK)
    const again = await start(hub, 'note_anything', { ticket: `zendesk:${ticket}`, what: 'Something else' })
    expect(again.status).toBe('completed')
    expect(hub.control.world.tickets[ticket]?.comments.at(-1)?.body).toContain('Something else')
  })

  it('is not made with what belongs to one customer; every place is named', async () => {
    await using hub = await startTestHub()
    const flow = await finished(hub, `Write to ${ABHISHEK} or call +49 151 23456789`)
    const body = { name: 'note_anything', from_flow: flow.id }
    await expect(save(hub, body)).rejects.toThrow(/personal_data[\s\S]*steps\.0\.input\.text/)
    expect((await list(hub)).data.map(({ name }) => name)).not.toContain('note_anything')
    const from = { type: 'string', description: 'What to note', from: 'steps.0.input.text' }
    const template = await save(hub, { ...body, params: { what: from } })
    expect(template).toMatchObject({ version: 1, title: 'Note {{params.ticket}}' })
  })

  it('may be the main job, with its ticket as the parameter that it was', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'agrees' })
    const ticket = hub.assign(ABHISHEK)
    await hub.pass(3_600_000)
    const { id } = await hub.flowOf(ticket)
    const template = await save(hub, { name: 'our_way', from_flow: id, title: 'Our way {{params.ticket}}' })
    expect(Object.keys(template.params)).toEqual(['ticket'])
    expect(template).toMatchObject({ assigned_to_ai: true })
  })

  it('is refused of a flow that still runs, and for places that are not there', async () => {
    await using hub = await startTestHub()
    await save(hub, { name: 'ask_and_rest', title: 'Ask', params, steps: asking('Which?') })
    const { id } = await start(hub, 'ask_and_rest', {})
    await expect(save(hub, { name: 'other', from_flow: id })).rejects.toThrow('409')
    await hub.api.call('POST', `/ai/flows/${id}/cancel`, {})
    const nowhere = { what: { type: 'string', description: 'What', from: 'steps.9.input.text' } }
    await expect(save(hub, { name: 'other', from_flow: id, params: nowhere })).rejects.toThrow('is not there')
  })
})
