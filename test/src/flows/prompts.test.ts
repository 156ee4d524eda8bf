import { describe, expect, it } from 'vitest'
import { TemplateDefinition } from '../../../src/flows/definition.ts'
import { call, type FlowBench, flowBench, type GivenStep, HOUR, MINUTE } from './bench.ts'

type Prompted = Partial<Extract<GivenStep, { type: 'user_prompt' }>>

/** A flow that asks, and then does something with the answer. */
async function asking(more: Prompted, others: readonly GivenStep[] = []) {
  const done: unknown[] = []
  const bench = await flowBench({
    steps: [
      {
        name: 'ask',
        type: 'user_prompt',
        title: 'Ask',
        prompt_type: 'text',
        message: 'What now, {{params.name}}?',
        within: '4h',
        ...more,
      } as GivenStep,
      call('use', { input: { said: '{{user_input ?? "nothing"}}' }, on_success: 'end' }),
      ...others,
    ],
    skills: { note: ({ said }) => void done.push(said) },
  })
  const flow = await bench.start()
  return Object.assign(bench, { done, asked: flow })
}

const promptIn = async (bench: FlowBench) => JSON.parse((await bench.flow()).step('ask').prompt ?? 'null')

async function rowsOf(bench: FlowBench) {
  const { step: _, ...rows } = await bench.flow()
  return rows
}

describe('a prompt', () => {
  it('parks the flow, which says who is to answer what until when', async () => {
    await using bench = await asking({})
    expect(bench.asked).toMatchObject({
      status: 'awaiting_user',
      waiting_for: 'an agent to answer "What now, one?"',
      waiting_until: bench.clock.now() + 4 * HOUR,
    })
    expect(await bench.eventsOf('flow_input_required')).toHaveLength(1)
    expect((await bench.logs()).at(-1)).toEqual({ type: 'prompt_asked', message: 'What now, one?' })
  })

  it('is used once: the first answer goes on, a second one is told who was first', async () => {
    await using bench = await asking({})
    const id = bench.asked?.step('ask').id ?? ''
    const both = await Promise.allSettled([bench.answer(id, 'one'), bench.answer(id, 'two', 'user:bob')])
    expect(both).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { status: 409, message: expect.stringContaining('user:ada') } },
    ])
    await bench.settle()
    expect(bench.done).toEqual(['one'])
    await expect(bench.respond('ask', 'three')).rejects.toMatchObject({ code: 'conflict', status: 409 })
  })

  it('leaves the flow as it is for an answer that does not fit', async () => {
    await using bench = await asking({ check: { is: 'number' } })
    const before = await rowsOf(bench)
    await expect(bench.respond('ask', 'many')).rejects.toMatchObject({
      code: 'bad_answer',
      status: 400,
      issues: [{ path: 'response.value', message: 'must be a number, like 12 or 12.50' }],
    })
    expect(await rowsOf(bench)).toEqual(before)
    await bench.respond('ask', '12.50')
    expect(bench.done).toEqual([12.5])
  })
})

describe('a text', () => {
  it.each([
    ['number', '-3', ['0x10', '1e3', 'Infinity', '1,5']],
    ['email', 'a@b.example', ['a@b', 'a b@c.example']],
    ['phone', '+49 151 12345678', ['0151 12345678', '+49', 'call me']],
    ['date', '2026-02-28', ['2026-02-30', '28.02.2026']],
    ['duration', '90m', ['soon', '90', '1w']],
    ['text', 'anything', ['   ']],
  ] as const)('that must be a %s is checked', async (is, right, wrong) => {
    await using bench = await asking({ check: { is } })
    for (const text of wrong)
      await expect(bench.respond('ask', text), text).rejects.toMatchObject({ code: 'bad_answer' })
    expect(await bench.respond('ask', right)).toMatchObject({ status: 'completed' })
  })

  it('must match the whole pattern, and be no longer or shorter than allowed', async () => {
    await using bench = await asking({ check: { pattern: '[A-Z]{2}-\\d+', max_length: 6 } })
    for (const text of ['xAB-1', 'AB-1x', 'AB-12345'])
      await expect(bench.respond('ask', text)).rejects.toMatchObject({ code: 'bad_answer' })
    expect(await bench.respond('ask', 'AB-12')).toMatchObject({ status: 'completed' })
  })

  it('is refused in a moment by a pattern whose matching would take for ever', async () => {
    await using bench = await asking({ check: { pattern: '(a+)+b' } })
    const began = performance.now()
    await expect(bench.respond('ask', 'a'.repeat(60))).rejects.toMatchObject({ code: 'bad_answer' })
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(await bench.respond('ask', 'aaab')).toMatchObject({ status: 'completed' })
  })

  it('is never asked for with a pattern that is none', () => {
    const steps = [
      {
        name: 'ask',
        type: 'user_prompt',
        title: 'A',
        prompt_type: 'text',
        message: 'A',
        check: { pattern: '(' },
      },
    ]
    const template = { name: 'x', version: 1, title: 'x', description: '', params: {}, deadline: '1d', steps }
    expect(TemplateDefinition.safeParse(template).error?.issues).toMatchObject([
      { path: ['steps', 0, 'check', 'pattern'], message: 'is no regular expression' },
    ])
  })
})

describe('a choice', () => {
  const options = [
    { value: 'a', label: 'Alpha', data: { id: 1 } },
    { value: 'b', label: 'Same' },
    { value: 'c', label: 'Same' },
  ]

  it('takes a value or a label that only one option has, and keeps what belongs to it', async () => {
    await using bench = await asking({ prompt_type: 'choice', options })
    for (const wrong of ['d', 'Same', ''])
      await expect(bench.respond('ask', wrong)).rejects.toMatchObject({ code: 'bad_answer' })
    const flow = await bench.respond('ask', 'alpha')
    expect(flow.step('ask').answer).toMatchObject({ value: 'a', label: 'Alpha', data: { id: 1 } })
  })

  it.each([
    ['no list', '{{params.name}}'],
    ['nothing in it', []],
    ['the same value twice', [options[0], options[0]]],
  ])('with %s fails its flow instead of asking', async (_what, wrong) => {
    await using bench = await asking({ prompt_type: 'choice', options: wrong as never })
    expect(await bench.flow()).toMatchObject({ status: 'failed' })
    expect((await bench.flow()).step('ask').error_code).toBe('bad_options')
  })
})

describe('a confirm', () => {
  it.each([
    [true, ['ask', 'use']],
    ['Yes', ['ask', 'use']],
    [false, ['ask', 'stop']],
    ['no', ['ask', 'stop']],
  ])('answered %s goes its way', async (answer, path) => {
    await using bench = await asking({ prompt_type: 'confirm', on_no: 'stop' }, [call('stop')])
    expect(await bench.respond('ask', answer)).toMatchObject({ status: 'completed', path })
  })

  it('answered no fails the flow where nothing else is said', async () => {
    await using bench = await asking({ prompt_type: 'confirm' })
    expect(await bench.respond('ask', 'no')).toMatchObject({
      status: 'failed',
      last_error: '"Ask" was answered no by user:ada',
    })
  })
})

describe('a deadline', () => {
  it.each([
    ['fails the flow', {}, 'the flow fails', { status: 'failed' }],
    ['leads elsewhere', { on_timeout: 'late' }, 'the flow goes on at "Do late"', { path: ['ask', 'late'] }],
    [
      'leads where failing does',
      { on_fail: 'late' },
      'the flow goes on at "Do late"',
      { path: ['ask', 'late'] },
    ],
    ['ends the flow', { on_timeout: 'end' }, 'the flow ends', { status: 'completed', path: ['ask'] }],
    [
      'counts a default as given',
      { default: 'later' },
      '"later" counts as the answer',
      { path: ['ask', 'use'] },
    ],
  ] as [string, Prompted, string, object][])(
    '%s, as the prompt says',
    async (_what, more, otherwise, end) => {
      await using bench = await asking(more, [call('late')])
      expect((await promptIn(bench)).otherwise).toBe(otherwise)
      expect(await bench.pass(4 * HOUR - MINUTE)).toMatchObject({ status: 'awaiting_user' })
      expect(await bench.pass(MINUTE)).toMatchObject(end)
    },
  )

  it('is announced by one reminder', async () => {
    await using bench = await asking({ remind_after: '1h' })
    await bench.pass(HOUR - MINUTE)
    expect(await bench.eventsOf('flow_input_required')).toHaveLength(1)
    await bench.pass(2 * HOUR)
    expect((await bench.eventsOf('flow_input_required')).map(({ payload }) => payload)).toMatchObject([
      expect.stringContaining('asked'),
      expect.stringContaining('reminded'),
    ])
    expect(await bench.logs()).toContainEqual({
      type: 'prompt_reminded',
      message: 'still waiting: What now, one?',
    })
    expect(await bench.respond('ask', 'late but in time')).toMatchObject({ status: 'completed' })
  })

  it('with a default that could not be an answer is found out at once', async () => {
    await using bench = await asking({ check: { is: 'number' }, default: 'none' })
    expect(await bench.flow()).toMatchObject({ status: 'failed' })
    expect((await bench.flow()).step('ask').error_code).toBe('bad_answer')
  })
})

describe('who may answer', () => {
  it('has the role that is asked, or one above; others are told who may', async () => {
    await using bench = await asking({ role: 'manager' })
    expect(bench.asked?.waiting_for).toContain('a manager to answer')
    await expect(bench.respond('ask', 'x')).rejects.toMatchObject({
      code: 'not_asked',
      status: 403,
      message: 'Who may: a manager, an admin. You are an agent.',
    })
    expect(await bench.respond('ask', 'x', { role: 'admin' })).toMatchObject({ status: 'completed' })
  })

  it('is the one who is asked by name, or a manager', async () => {
    await using bench = await asking({ assigned_to: 'user:bob' })
    expect(bench.asked?.waiting_for).toContain('user:bob to answer')
    await expect(bench.respond('ask', 'x', { by: 'user:eve' })).rejects.toMatchObject({
      status: 403,
      message: 'Who may: user:bob, a manager, an admin. You are an agent.',
    })
    expect(await bench.respond('ask', 'x', { by: 'user:bob' })).toMatchObject({ status: 'completed' })
  })
})

describe('a prompt that is handed on', () => {
  it('is asked of somebody else from then on, with the same deadline', async () => {
    await using bench = await asking({})
    const flow = await bench.delegate('ask', 'user:bob', { note: 'you know them' })
    expect(flow).toMatchObject({
      status: 'awaiting_user',
      waiting_for: 'user:bob to answer "What now, one?"',
      waiting_until: bench.asked?.waiting_until,
    })
    expect((await bench.logs()).at(-1)).toEqual({
      type: 'prompt_delegated',
      message: 'user:ada asks user:bob: you know them',
    })
    expect((await bench.eventsOf('flow_input_required')).map(({ payload }) => payload)).toMatchObject([
      expect.stringContaining('asked'),
      expect.stringContaining('delegated'),
    ])
    await expect(bench.respond('ask', 'x')).rejects.toMatchObject({ code: 'not_asked' })
    await expect(bench.delegate('ask', 'user:eve')).rejects.toMatchObject({ code: 'not_asked' })
    expect(await bench.respond('ask', 'x', { by: 'user:bob' })).toMatchObject({ status: 'completed' })
  })

  it('can be taken back by a manager, and answered by one', async () => {
    await using bench = await asking({})
    await bench.delegate('ask', 'user:bob')
    await bench.delegate('ask', 'user:ada', { by: 'user:max', role: 'manager' })
    expect(await bench.respond('ask', 'x')).toMatchObject({ status: 'completed' })
  })

  it('still reminds and still ends at its deadline', async () => {
    await using bench = await asking({ remind_after: '1h', default: 'never mind' })
    await bench.pass(30 * MINUTE)
    await bench.delegate('ask', 'user:bob')
    await bench.pass(HOUR)
    expect((await promptIn(bench)).reminded).toBe(true)
    expect((await promptIn(bench)).assigned_to).toBe('user:bob')
    await bench.pass(4 * HOUR)
    expect(bench.done).toEqual(['never mind'])
  })

  it.each([
    ['nobody', 'ada', 'bad_input'],
    ['who is asked already', 'user:bob', 'conflict'],
  ])('to %s stays as it is', async (_what, to, code) => {
    await using bench = await asking({ assigned_to: 'user:bob' })
    const before = await rowsOf(bench)
    await expect(bench.delegate('ask', to, { by: 'user:bob' })).rejects.toMatchObject({ code })
    expect(await rowsOf(bench)).toEqual(before)
  })

  it('is none any more once it is answered', async () => {
    await using bench = await asking({})
    await bench.respond('ask', 'x')
    await expect(bench.delegate('ask', 'user:bob')).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('an approval', () => {
  const approve: GivenStep = {
    name: 'ask',
    type: 'approval',
    title: 'Approve it',
    policy: 'always',
    role: 'manager',
    payload: { amount: 12.5, urgent: false, text: 'Hello' },
    editable: ['amount', 'urgent', 'text'],
    within: '1h',
  }
  const approving = async (more: { approveOwn?: boolean; role?: 'agent' } = {}) => {
    const bench = await flowBench({
      steps: [{ ...approve, ...(more.role ? { role: more.role } : {}) }],
      ...(more.approveOwn === undefined ? {} : { approveOwn: more.approveOwn }),
    })
    await bench.start()
    return bench
  }

  it('is given by whoever has the role, and says who may to others', async () => {
    await using bench = await approving()
    expect((await bench.flow()).waiting_for).toBe('approval of "Approve it" by a manager')
    await expect(bench.respond('ask', 'approve')).rejects.toMatchObject({ code: 'not_asked', status: 403 })
    expect(await bench.respond('ask', 'approve', { role: 'manager' })).toMatchObject({ status: 'completed' })
  })

  it('is not given by whoever asked, where the policy says so; they may still reject', async () => {
    await using bench = await approving({ approveOwn: false, role: 'agent' })
    await expect(bench.respond('ask', 'approve')).rejects.toMatchObject({ code: 'own_request', status: 403 })
    expect((await bench.flow()).step('ask').user_response).toBeNull()
    expect(await bench.respond('ask', 'approve', { by: 'user:bob' })).toMatchObject({ status: 'completed' })

    await using other = await approving({ approveOwn: false, role: 'agent' })
    expect(await other.respond('ask', 'reject')).toMatchObject({ status: 'failed' })
  })

  it('takes edits of the type that was there', async () => {
    await using bench = await approving()
    const by = { role: 'manager' } as const
    await expect(bench.respond('ask', 'approve', { ...by, edit: { amount: 'a lot' } })).rejects.toMatchObject(
      { code: 'bad_answer', issues: [{ path: 'edit.amount' }] },
    )
    const flow = await bench.respond('ask', 'approve', {
      ...by,
      edit: { amount: '10', urgent: 'true', text: '5' },
    })
    expect(flow.step('ask').answer).toMatchObject({
      payload: { amount: 10, urgent: true, text: '5' },
      edited: ['amount', 'urgent', 'text'],
    })
  })

  it('is not handed on: everybody with its role is asked', async () => {
    await using bench = await approving({ role: 'agent' })
    await expect(bench.delegate('ask', 'user:bob')).rejects.toMatchObject({ code: 'conflict' })
  })
})
