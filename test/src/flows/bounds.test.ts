import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineSkill } from '../../../src/skills/index.ts'
import { spend } from '../../../src/store/rows/flow-family.ts'
import { call, down, flowBench, type GivenStep, HOUR } from './bench.ts'

/** Goes round and round between two steps that do nothing. */
const round: GivenStep[] = [call('one'), call('two', { on_success: 'one' })]

type Given = Omit<Parameters<typeof flowBench>[0], 'steps'>

async function looping(given: Given = {}) {
  const bench = await flowBench({ steps: round, skills: { note: () => {} }, ...given })
  const flow = await bench.start()
  return Object.assign(bench, { paused: flow })
}

const promptOf = (flow: { steps: { prompt: string | null }[] } | undefined) =>
  JSON.parse(flow?.steps.find(({ prompt }) => prompt !== null)?.prompt ?? 'null')

describe('a flow that has executed its most steps', () => {
  it('pauses with a question instead of burning on, loops included', async () => {
    await using bench = await looping({ most: { steps: 10 } })
    expect(bench.paused).toMatchObject({ status: 'awaiting_user', steps_executed: 11 })
    expect(promptOf(bench.paused)).toMatchObject({
      type: 'confirm',
      why: 'bound',
      message: 'It has executed 10 steps; 10 are allowed. May it use as much again?',
      otherwise: 'the flow fails, and can be retried',
    })
    expect((await bench.logs()).at(-1)?.type).toBe('bound_reached')
    expect(await bench.eventsOf('flow_input_required')).toHaveLength(1)
  })

  it('has room again after a yes, until that is used up too', async () => {
    await using bench = await looping({ most: { steps: 10 } })
    const [name] = bench.paused?.steps.filter(({ prompt }) => prompt !== null).map((step) => step.name) ?? []
    const again = await bench.respond(name ?? '', 'yes')
    expect(again).toMatchObject({ status: 'awaiting_user', steps_executed: 23 })
    expect(promptOf(again).message).toContain('22 steps; 22 are allowed')
  })

  it('fails after a no, and a person hears of it', async () => {
    await using bench = await looping({ most: { steps: 4 } })
    expect(await bench.respond('one', false)).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('user:ada did not let it go on'),
    })
    expect((await bench.flow()).step('one').error_code).toBe('bound_declined')
    expect(await bench.escalations()).toMatchObject([{ source: 'flow_failed' }])
  })

  it('fails when nobody answers in a day, and asks again when it is retried', async () => {
    await using bench = await looping({ most: { steps: 4 } })
    expect(await bench.pass(24 * HOUR)).toMatchObject({ status: 'failed' })
    expect((await bench.flow()).step('one').error_code).toBe('bound_reached')
    expect(await bench.escalations()).toMatchObject([{ source: 'flow_failed' }])
    expect(await bench.retry()).toMatchObject({ status: 'awaiting_user' })
  })

  it('can be handed to a manager like any prompt', async () => {
    await using bench = await looping({ most: { steps: 4 } })
    await bench.delegate('one', 'user:max')
    await expect(bench.respond('one', 'yes')).rejects.toMatchObject({ code: 'not_asked' })
    expect(await bench.respond('one', 'no', { by: 'user:max' })).toMatchObject({ status: 'failed' })
  })
})

describe('the bounds of a flow', () => {
  it('are its template’s where those are lower, and never more than is configured', async () => {
    await using lower = await looping({
      most: { steps: 10, usd: 2 },
      bounds: { steps: 4, usd: 100, wall: '1d' },
    })
    expect(JSON.parse(lower.paused?.bounds ?? '')).toMatchObject({ steps: 4, usd: 2, wallMs: 24 * HOUR })
    expect(lower.paused).toMatchObject({ status: 'awaiting_user', steps_executed: 5 })
    await using higher = await looping({ most: { steps: 4 }, bounds: { steps: 1_000 } })
    expect(higher.paused).toMatchObject({ status: 'awaiting_user', steps_executed: 5 })
  })

  it.each([
    ['money', { usd: 1 }, { usd: 1.5, tokens: 0 }, 'It has cost 1.50 USD; 1.00 USD are allowed.'],
    ['tokens', { tokens: 100 }, { usd: 0, tokens: 101 }, 'It has used 101 model tokens; 100 are allowed.'],
  ])('count %s that its steps spend', async (_what, most, spent, message) => {
    await using bench = await flowBench({
      steps: [call('spend'), call('after')],
      most,
      skills: {
        note: (_, act) => act.hub.store.write((tx) => spend(tx, act.flowId ?? '', spent.usd, spent.tokens)),
      },
    })
    const flow = await bench.start()
    expect(flow).toMatchObject({ status: 'awaiting_user', path: ['spend', 'after'] })
    expect(flow?.step('after').status).toBe('awaiting_user')
    expect(promptOf(flow).message).toContain(message)
    expect(await bench.respond('after', 'yes')).toMatchObject({ status: 'completed' })
  })

  it('do not make people say again what a step had asked them before', async () => {
    let tries = 0
    const pay = defineSkill({
      name: 'pay',
      title: 'Pay',
      description: 'For tests.',
      effect: 'write',
      input: z.object({ amount: z.number() }),
      output: z.unknown(),
      async run({ amount }, act) {
        tries += 1
        await act.hub.store.write((tx) => spend(tx, act.flowId ?? '', 2, 0))
        if (tries === 1) throw down()
        return { amount }
      },
    })
    const steps = [call('pay', { skill: 'pay', input: { amount: '12' } })]
    await using bench = await flowBench({ steps, defined: [pay], most: { usd: 1 } })
    await bench.start()
    await bench.respond('pay', '12.5')
    const flow = await bench.pass(HOUR)
    expect(promptOf(flow)).toMatchObject({ why: 'bound' })
    expect(await bench.respond('pay', 'yes')).toMatchObject({ status: 'completed' })
    expect((await bench.flow()).step('pay').answer).toEqual({ amount: 12.5 })
  })

  it('count the time since it began', async () => {
    await using bench = await flowBench({
      steps: [{ name: 'pause', type: 'delay', title: 'Pause', for: '3h' }, call('after')],
      skills: { note: () => {} },
      bounds: { wall: '2h' },
    })
    await bench.start()
    const flow = await bench.pass(3 * HOUR)
    expect(flow).toMatchObject({ status: 'awaiting_user' })
    expect(promptOf(flow).message).toContain('It has taken 3.0 h since it started; 2.0 h are allowed.')
    expect(await bench.respond('after', 'yes')).toMatchObject({ status: 'completed' })
  })
})
