import { describe, expect, it } from 'vitest'
import type { StepDefinition } from '../../../src/flows/definition.ts'
import { call, down, flowBench, type GivenStep, HOUR, MINUTE } from './bench.ts'

type Branches = Extract<GivenStep, { type: 'parallel' }>['branches']
type BranchStep = Branches[number]['steps'][number]

/** A tool call as a branch has it: everything but further branches. */
const does = (
  name: string,
  more: Partial<Extract<StepDefinition, { type: 'tool_call' }>> = {},
): BranchStep => ({
  name,
  type: 'tool_call',
  title: `Do ${name}`,
  skill: 'note',
  input: { who: name },
  ...more,
})

const pause = (time: string): BranchStep => ({ name: 'pause', type: 'delay', title: 'A pause', for: time })

const ask: BranchStep = {
  name: 'ask',
  type: 'user_prompt',
  title: 'Ask',
  prompt_type: 'confirm',
  message: 'Is the contract fine?',
}

const fork = (
  branches: Branches,
  more: Partial<Extract<GivenStep, { type: 'parallel' }>> = {},
): GivenStep => ({
  name: 'fork',
  type: 'parallel',
  title: 'Look at it from all sides',
  branches,
  ...more,
})

const branch = (name: string, ...steps: BranchStep[]) => ({ name, title: `The ${name} side`, steps })

describe('parallel branches', () => {
  it('all complete before the flow goes on, with what each came to', async () => {
    const seen: unknown[] = []
    await using bench = await flowBench({
      steps: [
        call('before', { input: { who: 'before' } }),
        fork([
          branch('legal', does('legal', { input: { who: '{{steps.before.result.said}} and legal' } })),
          branch('money', pause('1h'), does('money')),
        ]),
        call('after', { input: { who: '{{steps.fork.result.branches.money.result.said}}' } }),
      ],
      skills: {
        note: ({ who }) => {
          seen.push(who)
          return { said: who }
        },
      },
    })
    expect(await bench.start()).toMatchObject({
      status: 'waiting',
      waiting_for: '1 of 2 branches of "Look at it from all sides"',
      waiting_until: expect.any(Number),
    })
    const flow = await bench.pass(HOUR)
    expect(flow.status).toBe('completed')
    expect(seen).toEqual(['before', 'before and legal', 'money', 'money'])
    expect(flow.step('fork').answer).toEqual({
      branches: {
        legal: {
          status: 'completed',
          outcome: 'completed',
          result: { said: 'before and legal' },
          flow_id: expect.any(String),
        },
        money: {
          status: 'completed',
          outcome: 'completed',
          result: { said: 'money' },
          flow_id: expect.any(String),
        },
      },
    })
  })

  it('begin with what the flow knows, and it learns what they found', async () => {
    await using bench = await flowBench({
      steps: [
        call('one', { skill: 'create_project' }),
        fork([
          branch(
            'a',
            does('a', { skill: 'create_task', input: { in: '{{context.created_entities.project_id}}' } }),
          ),
          branch('b', does('b', { skill: 'create_project' })),
        ]),
        call('last', { input: { all: '{{context.created_entities}}', name: '{{params.name}}' } }),
      ],
      skills: {
        note: (input) => input,
        create_project: (_, { cause }) => ({ id: cause.includes(bench.id()) ? 'p1' : 'p2' }),
        create_task: ({ in: project }) => ({ id: `task in ${project}` }),
      },
    })
    const flow = await bench.start()
    expect(flow?.step('last').answer).toMatchObject({ all: { project_id: 'p2', task_id: 'task in p1' } })
  })

  it('run as many at a time as the step allows', async () => {
    let most = 0
    let now = 0
    const names = ['a', 'b', 'c', 'd', 'e']
    await using bench = await flowBench({
      steps: [
        fork(
          names.map((name) => branch(name, does(name))),
          { concurrency: 2 },
        ),
      ],
      skills: {
        note: async () => {
          now += 1
          most = Math.max(most, now)
          await new Promise((resolve) => setImmediate(resolve))
          now -= 1
        },
      },
    })
    expect((await bench.start())?.status).toBe('completed')
    expect(most).toBe(2)
    expect((await bench.effects()).length).toBe(5)
  })

  it('begin anew each time the flow comes by', async () => {
    const done: unknown[] = []
    await using bench = await flowBench({
      steps: [
        fork([branch('a', does('a')), branch('b', pause('1h'), does('b'))]),
        {
          name: 'again',
          type: 'conditional',
          title: 'Once more?',
          condition: { if: '{{steps.fork.runs}}', lt: 3 },
          on_success: 'fork',
        },
      ],
      skills: { note: ({ who }) => void done.push(who) },
    })
    await bench.start()
    expect((await bench.pass(3 * HOUR)).status).toBe('completed')
    expect(done).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
    expect((await bench.children()).map(({ branch, parent_runs }) => `${branch}${parent_runs}`)).toEqual([
      'a1',
      'b1',
      'a2',
      'b2',
      'a3',
      'b3',
    ])
  })

  it('use up events for their flow as well: what one of them heard is not heard again after it', async () => {
    const heard = (name: string): BranchStep => ({
      name,
      type: 'wait_event',
      title: 'Wait for the ticket',
      event: 'ticket_closed',
      correlation: 'z:1',
      within: '1h',
      waiting_for: 'the ticket to be closed',
    })
    await using bench = await flowBench({
      steps: [fork([branch('a', heard('one')), branch('b', heard('two'))]), heard('after')],
    })
    await bench.start()
    await bench.raise({ type: 'ticket_closed', ticket: 'z:1' })
    await bench.settle()
    expect((await bench.children()).map(({ status }) => status)).toEqual(['completed', 'completed'])
    expect(await bench.flow()).toMatchObject({ status: 'waiting', waiting_for: 'the ticket to be closed' })
    await bench.raise({ type: 'ticket_closed', ticket: 'z:1' })
    await bench.settle()
    expect((await bench.flow()).status).toBe('completed')
  })

  it('fail together with the first that fails, whose error the step keeps; the others are cancelled', async () => {
    await using bench = await flowBench({
      steps: [
        fork([branch('bad', pause('10m'), does('bad')), branch('slow', pause('2h'), does('slow'))], {
          on_error: { vendor_rejected: 'mend' },
        }),
        call('never'),
        call('mend', { input: { why: '{{failure.error}}' } }),
      ],
      skills: {
        note: ({ who, why }) => {
          if (who === 'bad') throw down('vendor_rejected', { when: 'never' })
          return { why }
        },
      },
    })
    await bench.start()
    const flow = await bench.pass(10 * MINUTE)
    expect(flow).toMatchObject({ status: 'completed', path: ['fork', 'mend'] })
    expect(flow.step('mend').answer).toEqual({ why: '"The bad side" failed: x: it is down' })
    expect(await bench.children()).toMatchObject([
      { branch: 'bad', status: 'failed' },
      { branch: 'slow', status: 'cancelled', outcome: 'not_needed' },
    ])
    expect(await bench.escalations()).toEqual([])
    await bench.pass(3 * HOUR)
    expect(await bench.effects()).toMatchObject([{ state: 'failed' }, { state: 'done' }])
  })

  it('need only the first, where the step says so; the others are cancelled', async () => {
    await using bench = await flowBench({
      steps: [
        fork(
          [
            branch('slow', pause('2h'), does('slow')),
            branch('broken', does('broken')),
            branch('quick', pause('1h'), does('quick')),
          ],
          { join: 'first' },
        ),
      ],
      skills: {
        note: ({ who }) => {
          if (who === 'broken') throw down('vendor_rejected', { when: 'never' })
          return { who }
        },
      },
    })
    expect((await bench.start())?.waiting_for).toBe('the first of 3 branches of "Look at it from all sides"')
    const flow = await bench.pass(HOUR)
    expect(flow.status).toBe('completed')
    expect(flow.step('fork').answer).toMatchObject({
      first: 'quick',
      branches: {
        slow: { status: 'cancelled' },
        broken: { status: 'failed' },
        quick: { result: { who: 'quick' } },
      },
    })
    expect((await bench.children()).map(({ status }) => status)).toEqual(['cancelled', 'failed', 'completed'])
  })

  it('of which none completes fail the step with the last error', async () => {
    await using bench = await flowBench({
      steps: [fork([branch('a', does('a')), branch('b', pause('1m'), does('b'))], { join: 'first' })],
      skills: {
        note: ({ who }) => {
          throw down(who === 'b' ? 'vendor_auth' : 'vendor_rejected', { when: 'never' })
        },
      },
    })
    await bench.start()
    const flow = await bench.pass(MINUTE)
    expect(flow).toMatchObject({ status: 'failed', last_error: '"The b side" failed: x: it is down' })
    expect(JSON.parse(flow.context).failure).toMatchObject({ step: 'fork', code: 'vendor_auth' })
  })

  it('say at their flow whose answer they wait for, and go on with it', async () => {
    await using bench = await flowBench({
      steps: [fork([branch('legal', ask), branch('money', pause('1h'))])],
    })
    expect(await bench.start()).toMatchObject({
      status: 'waiting',
      waiting_for:
        '2 of 2 branches of "Look at it from all sides"; "The legal side" waits for an agent to answer "Is the contract fine?"',
    })
    await bench.respondIn('legal', 'ask', 'yes')
    expect((await bench.flow()).waiting_for).toBe('1 of 2 branches of "Look at it from all sides"')
    expect((await bench.pass(HOUR)).status).toBe('completed')
  })

  it('that fail go on where they stood when their flow is retried; what they did is not done again', async () => {
    const done: unknown[] = []
    let broken = true
    await using bench = await flowBench({
      steps: [fork([branch('a', does('a1'), pause('1h'), does('a2')), branch('b', does('b1'), does('b2'))])],
      skills: {
        note: ({ who }) => {
          if (who === 'b2' && broken) throw down('vendor_rejected', { when: 'never' })
          done.push(who)
        },
      },
    })
    expect((await bench.start())?.status).toBe('failed')
    broken = false
    const [a, b] = await bench.children()
    expect([a?.status, b?.status]).toEqual(['cancelled', 'failed'])
    await expect(bench.retry(b?.id)).rejects.toMatchObject({ code: 'conflict' })
    expect((await bench.retry()).status).toBe('waiting')
    const flow = await bench.pass(HOUR)
    expect(flow.status).toBe('completed')
    expect(done.toSorted()).toEqual(['a1', 'a2', 'b1', 'b2'])
  })
})
