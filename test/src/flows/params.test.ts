import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineSkill } from '../../../src/skills/index.ts'
import { call, down, flowBench, type GivenStep, HOUR, MINUTE } from './bench.ts'

/** A flow of one step that refunds, with what was refunded. */
async function refunding(
  input: Record<string, unknown>,
  given: { failing?: number; more?: Partial<GivenStep> } = {},
) {
  const refunded: unknown[] = []
  let { failing = 0 } = given
  const refund = defineSkill({
    name: 'refund',
    title: 'Refund',
    description: 'For tests.',
    effect: 'write',
    aliases: { why: 'reason', sum: 'amount' },
    input: z.object({
      amount: z.number().positive().max(100).describe('In euros'),
      customer_id: z.string().min(1),
      reason: z.enum(['goodwill', 'defect']),
      email: z.email().optional(),
    }),
    output: z.unknown(),
    async run(paid) {
      failing -= 1
      if (failing >= 0) throw down()
      refunded.push(paid)
      return null
    },
  })
  const bench = await flowBench({
    steps: [{ ...call('pay', { skill: 'refund', title: 'Refund it', input }), ...given.more } as GivenStep],
    defined: [refund],
  })
  const flow = await bench.start()
  return Object.assign(bench, { refunded, flow0: flow })
}

const right = { amount: 12.5, customer_id: 'c1', reason: 'defect' }

describe('a step’s parameters', () => {
  it('that fit are run as they are, and nothing is noted', async () => {
    await using bench = await refunding(right)
    expect(bench.refunded).toEqual([right])
    expect(bench.flow0?.step('pay').repairs).toBeNull()
  })

  it('are put right, as a diff on the step and in the log', async () => {
    await using bench = await refunding({ amount: 12.5, customer_id: 'c1', why: 'Defective' })
    expect(bench.refunded).toEqual([right])
    const step = bench.flow0?.step('pay')
    expect(JSON.parse(step?.input ?? '')).toEqual(right)
    expect(JSON.parse(step?.repairs ?? '')).toEqual([
      {
        param: 'reason',
        from: { why: 'Defective' },
        to: { reason: 'Defective' },
        why: 'is called that here',
      },
      { param: 'reason', from: 'Defective', to: 'defect', why: 'the only one like it' },
    ])
    expect(await bench.logs()).toContainEqual({
      type: 'params_repaired',
      message:
        'put right before "Refund it" ran: reason: {"why":"Defective"} → {"reason":"Defective"}; reason: "Defective" → "defect"',
    })
  })

  it('are noted once, however often the step is tried', async () => {
    await using bench = await refunding({ ...right, reason: 'Defect' }, { failing: 2 })
    await bench.pass(HOUR)
    expect(bench.refunded).toEqual([right])
    expect((await bench.logs()).filter(({ type }) => type === 'params_repaired')).toHaveLength(1)
  })

  it('that the skill does not take fail the step, which names those it does', async () => {
    await using bench = await refunding({ ...right, colour: 'red' })
    expect(bench.flow0).toMatchObject({
      status: 'failed',
      last_error: 'refund takes no colour. It takes amount, customer_id, reason, email.',
    })
    expect(bench.flow0?.step('pay').error_code).toBe('unknown_params')
    expect(bench.refunded).toEqual([])
  })

  it('that cannot be put right fail the step by the skill’s own words', async () => {
    await using bench = await refunding({ ...right, reason: 'whim' })
    expect(bench.flow0?.step('pay')).toMatchObject({ status: 'failed', error_code: 'bad_input' })
  })
})

describe('recipients, amounts and ids that do not fit', () => {
  it('are asked for, one after another, and what people say is what is run', async () => {
    await using bench = await refunding({ sum: '12,50', reason: 'defect', email: 'none' })
    const asked = JSON.parse(bench.flow0?.step('pay').prompt ?? '')
    expect(asked).toMatchObject({
      type: 'text',
      why: 'param',
      param: 'amount',
      check: { is: 'number' },
      otherwise: 'the flow fails',
    })
    expect(asked.message).toContain('"Refund it" needs amount (In euros). Given was sum = "12,50"')
    expect(bench.refunded).toEqual([])

    await expect(bench.respond('pay', 'twelve')).rejects.toMatchObject({ code: 'bad_answer' })
    const second = JSON.parse((await bench.respond('pay', '12.5')).step('pay').prompt ?? '')
    expect(second).toMatchObject({ param: 'customer_id', given: { amount: 12.5 } })
    const third = JSON.parse((await bench.respond('pay', 'c1')).step('pay').prompt ?? '')
    expect(third).toMatchObject({ param: 'email', check: { is: 'email' } })
    const flow = await bench.respond('pay', 'a@b.example')
    expect(flow).toMatchObject({ status: 'completed' })
    expect(bench.refunded).toEqual([{ ...right, email: 'a@b.example' }])
    expect(JSON.parse(flow.step('pay').repairs ?? '')).toMatchObject([
      { param: 'amount', from: '12,50', to: 12.5, why: 'as a person said' },
      { param: 'customer_id', from: null, to: 'c1' },
      { param: 'email', from: 'none', to: 'a@b.example' },
    ])
  })

  it('are asked for again when the answer is none that the skill takes', async () => {
    await using bench = await refunding({ ...right, amount: '5' })
    const flow = await bench.respond('pay', '500')
    expect(flow).toMatchObject({ status: 'awaiting_user' })
    expect(JSON.parse(flow.step('pay').prompt ?? '').message).toContain('Too big')
    expect(await bench.respond('pay', '50')).toMatchObject({ status: 'completed' })
    expect(bench.refunded).toEqual([{ ...right, amount: 50 }])
  })

  it('are not asked for again when the vendor fails after the answer', async () => {
    await using bench = await refunding({ ...right, amount: '5' }, { failing: 1 })
    const flow = await bench.respond('pay', '5')
    expect(flow.step('pay').status).toBe('running')
    await bench.pass(10 * MINUTE)
    expect(bench.refunded).toEqual([{ ...right, amount: 5 }])
  })

  it('are not asked for by a step that says where to go on when it fails', async () => {
    const more = { on_fail: 'end' } as const
    for (const input of [
      { ...right, amount: '5' },
      { ...right, mail: 'a@b.example' },
    ]) {
      await using bench = await refunding(input, { more })
      expect(bench.flow0).toMatchObject({ status: 'completed' })
      expect(bench.flow0?.step('pay')).toMatchObject({ status: 'failed', error_code: 'bad_input' })
      expect(bench.refunded).toEqual([])
    }
  })

  it('fail the step when nobody says', async () => {
    await using bench = await refunding({ ...right, amount: '5' })
    expect(await bench.pass(72 * HOUR)).toMatchObject({ status: 'failed' })
    expect(bench.refunded).toEqual([])
  })
})
