import { describe, expect, it } from 'vitest'
import { InputError, Refused } from '../../../src/ops/errors.ts'
import { call, down, flowBench, type GivenStep, HOUR, MINUTE } from './bench.ts'

const note = () => {
  const notes: Record<string, unknown>[] = []
  return { notes, skills: { note: (input: Record<string, unknown>) => void notes.push(input) } }
}

describe('a tool_call', () => {
  it('gets its fixed input and what its mappings find, and leaves its result to the steps after it', async () => {
    const { notes } = note()
    await using bench = await flowBench({
      steps: [
        call('first', { input: { n: 7, who: '{{params.name}}' } }),
        call('second', { input: { all: '{{steps.first.result}}', text: 'n is {{steps.first.result.n}}' } }),
      ],
      skills: {
        note: (input) => {
          notes.push(input)
          return input
        },
      },
    })
    const flow = await bench.start()
    expect(flow).toMatchObject({
      status: 'completed',
      outcome: 'completed',
      completed_steps: 2,
      waiting_for: null,
    })
    expect(notes).toEqual([
      { n: 7, who: 'one' },
      { all: { n: 7, who: 'one' }, text: 'n is 7' },
    ])
    expect(await bench.eventsOf('flow_completed')).toHaveLength(1)
    expect(bench.ended).toEqual(['completed'])
  })

  it('that fails for now is tried again as its step says, saying what it waits for, and its effect is one', async () => {
    let failures = 2
    const at: number[] = []
    await using bench = await flowBench({
      steps: [call('first', { retries: { attempts: 5, first: '20m', factor: 1 } })],
      skills: {
        note: () => {
          at.push(bench.clock.now())
          if (failures-- > 0) throw down()
        },
      },
    })
    const waiting = await bench.start()
    expect(waiting).toMatchObject({
      status: 'running',
      waiting_for: expect.stringContaining('attempt 2 of 5'),
    })
    expect(waiting?.step('first')).toMatchObject({ attempts: 2, error: 'x: it is down' })
    const done = await bench.pass(2 * HOUR)
    expect(done.status).toBe('completed')
    expect(at.slice(1).map((time, n) => (time - (at[n] ?? 0)) / MINUTE)).toEqual([20, 20])
    expect(await bench.effects()).toMatchObject([{ state: 'done', attempts: 3 }])
  })

  it('that says nothing of retries is tried again as often as its flow may, over some minutes', async () => {
    const at: number[] = []
    await using bench = await flowBench({
      steps: [call('first')],
      skills: {
        note: () => {
          at.push(bench.clock.now())
          throw down()
        },
      },
    })
    const { max_retries } = (await bench.start()) ?? {}
    const flow = await bench.pass(HOUR)
    expect(max_retries).toBe(3)
    expect(flow).toMatchObject({ status: 'failed', retry_count: 3 })
    expect(flow.step('first')).toMatchObject({ attempts: 4, error_code: 'vendor_unavailable' })
    expect(at.slice(1).map((time, n) => (time - (at[n] ?? 0)) / 1_000)).toEqual([5, 30, 180])

    // By hand it is tried as often anew, and counted on.
    await bench.retry()
    expect(await bench.pass(HOUR)).toMatchObject({ status: 'failed', retry_count: 3 + 1 + 3 })
    expect(at).toHaveLength(8)
  })

  it('has the time between its attempts, and until somebody retried it, counted as waiting', async () => {
    let failures = 3
    await using bench = await flowBench({
      steps: [call('first', { retries: { attempts: 2, first: '10m' } })],
      skills: {
        note: () => {
          bench.clock.advance(1_000)
          if (failures-- > 0) throw down()
        },
      },
    })
    await bench.start()
    await bench.pass(HOUR)
    await bench.retry()
    const flow = await bench.pass(HOUR)
    expect(flow.status).toBe('completed')
    const { started_at, completed_at, waited_ms } = flow.step('first')
    // Four attempts of a second each are work, all the rest was waiting.
    expect((completed_at ?? 0) - (started_at ?? 0) - waited_ms).toBe(4_000)
    expect(flow.waited_ms).toBe(waited_ms)
  })

  it('goes on_fail after its last attempt, and says there what went wrong', async () => {
    const { notes } = note()
    await using bench = await flowBench({
      steps: [
        call('first', { skill: 'broken', retries: { attempts: 2, first: '1s' }, on_fail: 'sorry' }),
        call('never'),
        call('sorry', { input: { why: '{{failure.error}}', where: '{{failure.step}}' } }),
      ],
      skills: {
        broken: () => {
          throw down()
        },
        note: (input) => void notes.push(input),
      },
    })
    await bench.start()
    const flow = await bench.pass(MINUTE)
    expect(flow.path).toEqual(['first', 'sorry'])
    expect(flow.status).toBe('completed')
    expect(notes).toEqual([{ why: 'x: it is down', where: 'first' }])
  })

  it('goes where its error’s code leads before it goes on_fail', async () => {
    await using bench = await flowBench({
      steps: [
        call('first', { skill: 'refused', on_error: { refused_ticket_moved: 'anew' }, on_fail: 'sorry' }),
        call('sorry'),
        call('anew'),
      ],
      skills: {
        ...note().skills,
        refused: () => {
          throw new Refused('ticket_moved', 'it moved')
        },
      },
    })
    expect((await bench.start())?.path).toEqual(['first', 'anew'])
  })

  it('without a way on fails the flow, which says so once', async () => {
    await using bench = await flowBench({
      steps: [call('first', { skill: 'broken' }), call('never')],
      skills: {
        ...note().skills,
        broken: () => {
          throw new InputError('bad', 'this cannot work')
        },
      },
    })
    const flow = await bench.start()
    expect(flow).toMatchObject({ status: 'failed', outcome: 'failed', last_error: 'this cannot work' })
    expect(flow?.step('never').status).toBe('pending')
    expect(await bench.eventsOf('flow_failed')).toHaveLength(1)
  })

  it('whose gate is shut until a time waits for it, uncounted, and says which gate', async () => {
    let shut = true
    await using bench = await flowBench({
      steps: [call('first', { retries: { attempts: 1 } })],
      skills: {
        note: () => {
          if (shut) throw new Refused('quiet_hours', 'It is night', bench.clock.now() + 8 * HOUR)
        },
      },
    })
    const held = await bench.start()
    expect(held).toMatchObject({ status: 'waiting', waiting_for: 'It is night', last_error: null })
    expect(held?.waiting_until).toBe(bench.clock.now() + 8 * HOUR)
    shut = false
    expect((await bench.pass(9 * HOUR)).status).toBe('completed')
  })

  it('whose mapping leads nowhere fails with the path and what was there', async () => {
    await using bench = await flowBench({
      steps: [call('first', { input: { x: '{{params.nmae}}' } })],
      ...note(),
    })
    const flow = await bench.start()
    expect(flow).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('{{params.nmae}} leads nowhere'),
    })
    expect(flow?.last_error).toContain('an object with name')
  })
})

describe('an ai_decision', () => {
  it('is asked with its input and answers for the steps after it', async () => {
    const asked: unknown[] = []
    await using bench = await flowBench({
      steps: [
        {
          name: 'judge',
          type: 'ai_decision',
          title: 'Judge',
          decision: 'mood',
          input: { of: '{{params.name}}' },
        },
        {
          name: 'good',
          type: 'conditional',
          title: 'Good?',
          condition: { if: '{{steps.judge.result.mood}}', eq: 'good' },
          on_success: 'end',
          on_fail: 'sorry',
        },
        call('sorry'),
      ],
      decisions: {
        mood: async (input, about) => {
          asked.push([input, about.flowId])
          return { mood: 'good' }
        },
      },
      ...note(),
    })
    const flow = await bench.start()
    expect(asked).toEqual([[{ of: 'one' }, bench.id()]])
    expect(flow).toMatchObject({ status: 'completed' })
    expect(flow?.path).toEqual(['judge', 'good'])
  })

  it('that nobody knows fails its step', async () => {
    await using bench = await flowBench({
      steps: [{ name: 'judge', type: 'ai_decision', title: 'Judge', decision: 'taste' }],
    })
    expect(await bench.start()).toMatchObject({
      status: 'failed',
      last_error: 'There is no decision "taste".',
    })
  })
})

describe('a conditional', () => {
  const branch = (condition: Extract<GivenStep, { type: 'conditional' }>['condition']): GivenStep[] => [
    { name: 'ask', type: 'conditional', title: 'Ask', condition, on_success: 'yes', on_fail: 'no' },
    call('yes', { on_success: 'end' }),
    call('no'),
  ]

  it.each([
    ['eq', { if: '{{params.name}}', eq: 'one' }, 'yes'],
    ['neq', { if: '{{params.name}}', neq: 'one' }, 'no'],
    ['a path that leads nowhere does not exist', { if: '{{params.age}}', exists: false }, 'yes'],
    ['a path that leads nowhere is not greater', { if: '{{params.age}}', gt: 0 }, 'no'],
    ['all that is compared must hold', { if: '{{params.name}}', eq: 'one', contains: 'x' }, 'no'],
    ['in', { if: '{{params.name}}', in: ['zero', 'one'] }, 'yes'],
  ])('%s', async (_, condition, to) => {
    await using bench = await flowBench({ steps: branch(condition), ...note() })
    const flow = await bench.start()
    expect(flow?.path).toEqual(['ask', to])
    expect(flow?.step('ask').answer).toMatchObject({ holds: to === 'yes' })
  })

  it('without on_fail goes on with the next step', async () => {
    await using bench = await flowBench({
      steps: [
        {
          name: 'ask',
          type: 'conditional',
          title: 'Ask',
          condition: { if: '{{params.name}}', eq: 'two' },
          on_success: 'end',
        },
        call('next'),
      ],
      ...note(),
    })
    expect((await bench.start())?.path).toEqual(['ask', 'next'])
  })
})

describe('a delay', () => {
  it('holds no work in memory, and goes on at its time', async () => {
    await using bench = await flowBench({
      steps: [{ name: 'rest', type: 'delay', title: 'Rest', for: '{{settings.patience}}' }, call('next')],
      ...note(),
    })
    const waiting = await bench.start()
    expect(waiting).toMatchObject({
      status: 'waiting',
      waiting_for: 'Rest to pass',
      waiting_until: bench.clock.now() + 2 * HOUR,
    })
    expect(bench.dispatcher.running()).toBe(0)
    expect((await bench.pass(2 * HOUR - 1)).path).toEqual(['rest'])
    expect((await bench.pass(1)).status).toBe('completed')
  })
})

describe('a loop by goto', () => {
  it('runs its steps anew each time, with effects of their own', async () => {
    let runs = 0
    await using bench = await flowBench({
      steps: [
        call('again'),
        {
          name: 'enough',
          type: 'conditional',
          title: 'Enough?',
          condition: { if: '{{steps.again.runs}}', lt: 3 },
          on_success: 'again',
        },
      ],
      skills: { note: () => ++runs },
    })
    const flow = await bench.start()
    expect([flow?.status, runs]).toEqual(['completed', 3])
    expect(flow?.step('again')).toMatchObject({ runs: 3, answer: 3 })
    expect((await bench.effects()).map(({ state }) => state)).toEqual(['done', 'done', 'done'])
  })

  it('that never ends pauses at its bound of steps and asks a person', async () => {
    await using bench = await flowBench({
      steps: [
        {
          name: 'round',
          type: 'conditional',
          title: 'Round',
          condition: { if: '{{params.name}}', exists: true },
          on_success: 'round',
        },
      ],
    })
    const flow = await bench.start()
    expect(flow).toMatchObject({
      status: 'awaiting_user',
      waiting_for: expect.stringContaining('It has executed 500 steps'),
    })
    expect(flow?.step('round').runs).toBe(501)
    expect(await bench.respond('round', 'yes')).toMatchObject({
      status: 'awaiting_user',
      steps_executed: 1003,
    })
    expect(await bench.respond('round', 'no')).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('user:ada did not let it go on'),
    })
  })
})

describe('what a template cannot say', () => {
  it.each([
    ['a goto to nowhere', call('first', { on_success: 'nowhere' }), 'goes to "nowhere"'],
    [
      'a mapping to a step that is not there',
      call('first', { input: { x: '{{steps.nowhere.result}}' } }),
      '"nowhere"',
    ],
  ])('%s is refused when the flow is made', async (_, step, words) => {
    await using bench = await flowBench({ steps: [step], ...note() })
    await expect(bench.start()).rejects.toThrow(words)
  })
})

describe('a ticket', () => {
  it('has one unfinished flow of a template at a time', async () => {
    await using bench = await flowBench({
      steps: [{ name: 'rest', type: 'delay', title: 'Rest', for: '1h' }],
    })
    expect(await bench.start({ ticket: 'z:1' })).toBeDefined()
    const first = bench.id()
    expect(await bench.start({ ticket: 'z:1' })).toBeUndefined()
    expect(bench.id()).toBe(first)
    await bench.pass(2 * HOUR)
    expect(await bench.start({ ticket: 'z:1' })).toBeDefined()
  })
})
