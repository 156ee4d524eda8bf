import { describe, expect, it } from 'vitest'
import { createFlow } from '../../../src/flows/create.ts'
import { TemplateDefinition, type TemplateInput } from '../../../src/flows/index.ts'
import { qb } from '../../../src/store/index.ts'
import { upsertTicket } from '../../../src/store/rows/tickets.ts'
import { ORG, ticketRow } from '../../contracts/rows.ts'
import { call, type FlowBench, flowBench, type GivenStep } from './bench.ts'

const fails = {
  note: () => {
    throw Object.assign(new Error('a bug of ours'), { code: 'bug' })
  },
}
const once = { attempts: 1 }
const rest: GivenStep = { name: 'rest', type: 'delay', title: 'Rest', for: '5h' }
const other = {
  name: 'other',
  version: 1,
  title: 'Other',
  description: 'For tests.',
  params: { ticket: { type: 'string' as const, description: 'Which' } },
  deadline: '1d',
  steps: [call('inner', { retries: once })],
} satisfies TemplateInput

/** An unfinished flow of `other` about this ticket, that somebody started meanwhile. */
const startOther = ({ store, clock, newId, queue }: FlowBench, ticket: string) =>
  store.write((tx) =>
    createFlow({ clock, newId, queue }, tx, TemplateDefinition.parse({ ...other, steps: [rest] }), {
      org: ORG,
      params: { ticket },
      settings: {},
      requestedBy: 'user:ada',
      requestedFrom: 'a test',
      ticket,
    }),
  )

describe('a retry', () => {
  it('of a planned flow is kept back by no other planned flow about its ticket', async () => {
    await using bench = await flowBench({ steps: [call('first', { retries: once })], skills: fails })
    const first = await bench.start({ ticket: 'z:1' })
    expect(first?.status).toBe('failed')
    const plan = () => bench.store.write((tx) => tx.run(qb.updateTable('flows').set({ template: null })))
    await plan()
    await startOther(bench, 'z:1')
    await plan()
    await bench.retry(first?.id)
    expect(await bench.logs()).toContainEqual(expect.objectContaining({ type: 'flow_resumed' }))
  })

  it('of a flow whose sub-flow would be a second one about its ticket is refused, and changes nothing', async () => {
    await using bench = await flowBench({
      steps: [{ name: 'sub', type: 'sub_flow', title: 'Sub', template: 'other', params: { ticket: 'z:2' } }],
      saved: [other],
      skills: fails,
    })
    await bench.store.write((tx) => upsertTicket(tx, ticketRow({ ref: 'z:2' })))
    expect((await bench.start())?.status).toBe('failed')
    await startOther(bench, 'z:2')
    const all = async () => JSON.stringify([await bench.flow(), await bench.children(), await bench.logs()])
    const before = await all()
    await expect(bench.retry()).rejects.toMatchObject({
      code: 'conflict',
      status: 409,
      message: expect.stringContaining('z:2'),
    })
    expect(await all()).toEqual(before)
  })
})

describe('a sub-flow whose ticket has an unfinished flow of its template', () => {
  const sub: GivenStep = {
    name: 'sub',
    type: 'sub_flow',
    title: 'Sub',
    template: 'other',
    params: { ticket: 'z:2' },
  }
  const refused = {
    status: 'failed',
    last_error: 'z:2 already has an unfinished flow "other".',
    steps: [{ error_code: 'conflict', attempts: 1 }],
  }

  it('is not started: its step fails with that', async () => {
    await using bench = await flowBench({ steps: [sub], saved: [other] })
    await bench.store.write((tx) => upsertTicket(tx, ticketRow({ ref: 'z:2' })))
    await startOther(bench, 'z:2')
    expect(await bench.start()).toMatchObject(refused)
    expect(await bench.children()).toEqual([])
  })
})
