import { describe, expect, it } from 'vitest'
import { upsertTicket } from '../../../src/store/rows/tickets.ts'
import { ORG, ticketRow } from '../../contracts/rows.ts'
import { call, down, flowBench, type GivenStep, HOUR, MINUTE } from './bench.ts'

type Saved = NonNullable<Parameters<typeof flowBench>[0]['saved']>[number]

const saved = (name: string, steps: GivenStep[], more: Partial<Saved> = {}): Saved => ({
  name,
  version: 1,
  title: `Sub ${name}`,
  description: 'For tests.',
  params: {},
  deadline: '1d',
  steps,
  ...more,
})

const sub = (more: Partial<Extract<GivenStep, { type: 'sub_flow' }>> = {}): GivenStep => ({
  name: 'sub',
  type: 'sub_flow',
  title: 'The other flow',
  template: 'other',
  ...more,
})

const echo = { note: (input: Record<string, unknown>) => input }
const wait: GivenStep = { name: 'pause', type: 'delay', title: 'A pause', for: '1h' }
const who = { who: { type: 'string', description: 'Whom' } } as const
const ticket = { ticket: { type: 'string', description: 'Which ticket' } } as const

describe('a sub-flow', () => {
  it('is a flow of its own, with typed parameters, and its result is the step’s', async () => {
    await using bench = await flowBench({
      steps: [
        call('first', { input: { name: 'Ada' } }),
        sub({ params: { who: '{{steps.first.result.name}}' } }),
        call('after', { input: { got: '{{steps.sub.result.result.hello}}' } }),
      ],
      saved: [saved('other', [wait, call('greet', { input: { hello: '{{params.who}}' } })], { params: who })],
      skills: echo,
    })
    expect(await bench.start()).toMatchObject({ status: 'waiting', waiting_for: '"Sub other" to end' })
    const [child] = await bench.children()
    expect(child).toMatchObject({ status: 'waiting', template: 'other' })
    const flow = await bench.pass(HOUR)
    expect(flow.status).toBe('completed')
    expect(flow.step('sub').answer).toEqual({
      flow_id: child?.id,
      status: 'completed',
      outcome: 'completed',
      result: { hello: 'Ada' },
    })
    expect(flow.step('after').answer).toEqual({ got: 'Ada' })
  })

  it('is asked nothing of what customers wrote: mappings in a parameter stay text', async () => {
    await using bench = await flowBench({
      steps: [
        call('first', { input: { wrote: 'x' } }),
        sub({ params: { who: '{{steps.first.result.wrote}}' } }),
      ],
      saved: [saved('other', [call('greet', { input: { hello: '{{params.who}}' } })], { params: who })],
      skills: {
        note: (input) => ('wrote' in input ? { wrote: '{{context.settings.patience}}' } : input),
      },
    })
    const flow = await bench.start()
    expect(flow?.step('sub').answer.result).toEqual({ hello: '{{context.settings.patience}}' })
  })

  it('that fails fails its step, which may know a way round; only the outermost flow is reported', async () => {
    const broken = {
      note: ({ fine }: Record<string, unknown>) => {
        if (!fine) throw down('vendor_rejected', { when: 'never' })
        return { fine }
      },
    }
    const other = saved('other', [call('breaks')])
    await using round = await flowBench({
      steps: [sub({ on_fail: 'round' }), call('never'), call('round', { input: { fine: true } })],
      saved: [other],
      skills: broken,
    })
    expect(await round.start()).toMatchObject({ status: 'completed', path: ['sub', 'round'] })
    expect(await round.escalations()).toEqual([])

    await using none = await flowBench({ steps: [sub()], saved: [other], skills: broken })
    expect(await none.start()).toMatchObject({
      status: 'failed',
      last_error: '"Sub other" failed: x: it is down',
    })
    expect(await none.escalations()).toMatchObject([{ source: 'flow_failed', flow_id: none.id() }])
  })

  it.each<[string, Partial<Extract<GivenStep, { type: 'sub_flow' }>>, string]>([
    ['an unknown template', { template: 'nothing' }, 'unknown_template'],
    ['a missing parameter', {}, 'bad_params'],
    ['a parameter of another type', { params: { who: 7 } }, 'bad_params'],
    ['a parameter that leads nowhere', { params: { who: '{{context.nobody}}' } }, 'missing_path'],
  ])('with %s fails at once, with a clear error', async (_, more, code) => {
    await using bench = await flowBench({
      steps: [sub(more)],
      saved: [saved('other', [wait], { params: who })],
    })
    expect(await bench.start()).toMatchObject({ status: 'failed' })
    expect((await bench.flow()).step('sub')).toMatchObject({ error_code: code })
    expect(await bench.children()).toEqual([])
  })

  it('that starts itself ends at the bound of depth, not of the disk', async () => {
    await using bench = await flowBench({
      steps: [sub()],
      saved: [saved('other', [sub()])],
    })
    expect(await bench.start()).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('Flows may start flows 5 deep'),
    })
    expect(JSON.parse((await bench.flow()).context).failure.code).toBe('too_deep')
  })

  it('is about its parent’s ticket, or about the one that it is given, with that one’s fence', async () => {
    await using bench = await flowBench({
      steps: [
        sub({ params: { ticket: 'z:1' } }),
        { ...sub({ params: { ticket: 'z:2' } }), name: 'second' },
        { ...sub({ params: { ticket: 'z:3' } }), name: 'of_people' },
        { ...sub({ params: { ticket: 'z:3' }, template: 'ai_only' }), name: 'third' },
      ],
      saved: [
        saved('other', [call('look', { input: { flow: '{{flow}}' } })], { params: ticket }),
        saved('ai_only', [call('look')], { params: ticket, assigned_to_ai: true }),
      ],
      skills: echo,
    })
    await bench.store.write(async (tx) => {
      await upsertTicket(tx, ticketRow({ ref: 'z:1', fence: 3, customer_id: 'cus_1' }))
      await upsertTicket(tx, ticketRow({ ref: 'z:2', fence: 8, customer_id: 'cus_2' }))
      await upsertTicket(tx, ticketRow({ ref: 'z:3', to_ai: 0 }))
    })
    const flow = await bench.start({ ticket: 'z:1', fence: 3 })
    expect(flow?.step('sub').answer.result.flow).toMatchObject({ ticket: 'z:1' })
    expect(flow?.step('second').answer.result.flow).toMatchObject({ ticket: 'z:2', customerId: 'cus_2' })
    // What is for tickets of people as well may be done with one of theirs; the rest may not.
    expect(flow?.step('of_people').answer.result.flow).toMatchObject({ ticket: 'z:3' })
    expect(flow).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('not assigned to AI'),
    })
  })

  it('is through when its parent has to be', async () => {
    await using bench = await flowBench({
      steps: [sub()],
      deadline: '2h',
      saved: [saved('other', [{ ...wait, for: '5h' }])],
    })
    const flow = await bench.start()
    const child = await bench.flowOf((await bench.children())[0]?.id ?? '')
    expect(child?.deadline_at).toBe(flow?.deadline_at)
    expect(flow?.waiting_until).toBe(flow?.deadline_at)
  })
})

describe('a deadline that passes', () => {
  const late = async (deadline: string, others: string) => {
    const bench = await flowBench({
      steps: [sub()],
      deadline,
      saved: [saved('other', [{ ...wait, for: '50h' }], { deadline: others })],
    })
    await bench.store.write((tx) => bench.queue.add(tx, bench.watch, {}, { org: ORG, id: 'wrk_watch' }))
    await bench.start()
    await bench.pass(6 * MINUTE)
    return bench
  }

  it('is reported within a minute, once for a flow and those below it', async () => {
    await using bench = await late('5m', '1d')
    expect(await bench.escalations()).toMatchObject([{ source: 'flow_overdue', flow_id: bench.id() }])
  })

  it('is reported of a sub-flow that has less time than its parent', async () => {
    await using bench = await late('1d', '5m')
    const [child] = await bench.children()
    expect(await bench.escalations()).toMatchObject([{ source: 'flow_overdue', flow_id: child?.id }])
  })
})
