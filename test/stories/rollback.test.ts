import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const Plan = z.object({
  effects: z.array(
    z.looseObject({
      effect: z.string(),
      skill: z.string(),
      state: z.enum(['undoable', 'impossible', 'undone']),
      undo: z.looseObject({ skill: z.string(), title: z.string() }).nullable(),
      why: z.string().nullable(),
    }),
  ),
})

const planOf = async (hub: TestHub, flowId: string) =>
  Plan.parse(await hub.api.call('GET', `/ai/flows/${flowId}/rollback`)).effects

const Started = z.object({ flow: z.looseObject({ id: z.string() }) })

async function rollBack(hub: TestHub, flowId: string, body: { only?: string[] } = {}) {
  const { flow } = Started.parse(await hub.api.call('POST', `/ai/flows/${flowId}/rollback`, body))
  await hub.settle()
  return hub.api.flow(flow.id)
}

const statusesOf = async (hub: TestHub, flowId: string) =>
  Object.fromEntries((await hub.api.flow(flowId)).steps.map(({ name, status }) => [name, status]))

/** The main job of one ticket, to its end. */
async function done(persona: { mail?: 'agrees' | 'angry' }) {
  const hub = await startTestHub()
  hub.control.behave(ABHISHEK, { mail: persona.mail ?? 'agrees' })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  await hub.pass(60 * 60_000)
  return { hub, ticket, flow: await hub.flowOf(ticket) }
}

describe('rolling a flow back', () => {
  it('says before what can be taken back and how, and what cannot and why', async () => {
    const { hub, flow } = await done({})
    await using _ = hub
    expect(flow.outcome).toBe('resolved')
    const plan = await planOf(hub, flow.id)
    const of = (skill: string) => plan.find((one) => one.skill === skill)
    expect(plan.map(({ skill }) => skill)).toEqual(
      ['post_chat', 'update_ticket', 'place_call', 'record_phone', 'send_email'].filter((skill) => of(skill)),
    )
    expect(of('update_ticket')).toMatchObject({ state: 'undoable', undo: { skill: 'restore_ticket' } })
    expect(of('record_phone')).toMatchObject({ state: 'undoable', undo: { skill: 'take_back_phone' } })
    expect(of('send_email')).toMatchObject({ state: 'impossible', why: expect.stringContaining('sent') })
    expect(of('place_call')).toMatchObject({
      class: 'contact',
      state: 'impossible',
      why: expect.stringContaining('called at'),
    })
  })

  it('takes back what can be, newest first, once, and the flow says so', async () => {
    const { hub, ticket, flow } = await done({})
    await using _ = hub
    const before = hub.effects()
    const undo = await rollBack(hub, flow.id)
    expect(undo).toMatchObject({ status: 'completed', outcome: 'rolled_back', undo_of: flow.id })
    expect(hub.control.world.tickets[ticket]).toMatchObject({ status: 'open' })
    expect(hub.effects()).toMatchObject({ mails: before.mails, calls: before.calls })
    const after = await statusesOf(hub, flow.id)
    expect(after).toMatchObject({ close_ticket: 'rolled_back', send_mail: 'completed' })
    expect((await hub.api.logs(flow.id)).map(({ type }) => type)).toContain('flow_rolled_back')
    const customer = z
      .looseObject({ phone: z.string().nullable(), consents: z.array(z.looseObject({ given: z.number() })) })
      .parse(await hub.api.call('GET', `/customers/${flow.customer_id}`))
    expect(customer.phone).toBeNull()

    expect((await planOf(hub, flow.id)).map(({ state }) => state)).not.toContain('undoable')
    await expect(hub.api.call('POST', `/ai/flows/${flow.id}/rollback`, {})).rejects.toThrow('nothing_to_undo')
  })

  it('leaves what somebody changed since, and says so', async () => {
    const { hub, ticket, flow } = await done({})
    await using _ = hub
    hub.control.takeFromAi(ticket)
    await hub.settle()
    const input = { ticket: `zendesk:${ticket}`, status: 'hold' }
    await hub.api.call('POST', '/skills/update_ticket', { input })
    await hub.settle()
    const write = (await planOf(hub, flow.id)).find(({ skill }) => skill === 'update_ticket')
    expect(write).toMatchObject({
      state: 'impossible',
      why: expect.stringContaining('status is hold by now'),
    })
    const only = { only: [write?.effect ?? ''] }
    await expect(rollBack(hub, flow.id, only)).rejects.toThrow('is hold by now')
    await rollBack(hub, flow.id)
    expect(hub.control.world.tickets[ticket]).toMatchObject({ status: 'hold' })
    expect(await statusesOf(hub, flow.id)).toMatchObject({ close_ticket: 'completed' })
  })

  it('dismisses the escalation and gives the ticket to people, not back to AI', async () => {
    const { hub, ticket, flow } = await done({ mail: 'angry' })
    await using _ = hub
    expect(flow.outcome).toBe('escalated')
    const undo = await rollBack(hub, flow.id)
    expect(undo).toMatchObject({ status: 'completed', outcome: 'rolled_back' })
    const escalations = z
      .object({ data: z.array(z.looseObject({ status: z.string(), flow_id: z.string().nullable() })) })
      .parse(await hub.api.call('GET', '/escalations')).data
    expect(escalations.find(({ flow_id }) => flow_id === flow.id)).toMatchObject({ status: 'dismissed' })
    expect(hub.control.world.tickets[ticket]?.tags).not.toContain('ai_processing')
    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toHaveLength(2)
  })

  it('is refused while the flow runs, and of effects that it did not have', async () => {
    await using hub = await startTestHub()
    hub.control.behave(ABHISHEK, { mail: 'silent' })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const { id } = await hub.flowOf(ticket)
    await expect(hub.api.call('POST', `/ai/flows/${id}/rollback`, {})).rejects.toThrow('409')
    await hub.api.call('POST', `/ai/flows/${id}/cancel`, {})
    await expect(hub.api.call('POST', `/ai/flows/${id}/rollback`, { only: ['eff_nothing'] })).rejects.toThrow(
      'is no effect of this flow',
    )
    await expect(hub.api.call('GET', '/ai/flows/flw_none/rollback')).rejects.toThrow('404')
    expect(await hub.api.flowsOf(`zendesk:${ticket}`)).toHaveLength(1)
  })
})
