import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isExact } from '../../../src/flows/repair/exact.ts'
import { repairInput, withAnswer } from '../../../src/flows/repair/repair.ts'

const searchTasks = {
  aliases: { title: 'search', query: 'search' },
  input: z.object({
    search: z.string().min(1),
    status: z.enum(['todo', 'working', 'done']).optional(),
    project_id: z.string().optional(),
    limit: z.int().optional(),
  }),
}

const updateTask = {
  aliases: { state: 'status', task: 'task_id' },
  input: z.object({
    task_id: z.string().min(1).describe('Which task'),
    status: z.enum(['todo', 'working', 'done']).nullable().optional(),
    labels: z.array(z.enum(['bug', 'feature'])).optional(),
    urgent: z.boolean().optional(),
  }),
}

const pay = {
  aliases: { sum: 'amount' },
  exact: ['reason'],
  input: z.object({
    amount: z.number().positive(),
    currency: z.enum(['EUR', 'USD']),
    email: z.email(),
    reason: z.enum(['Refund', 'Goodwill']).optional(),
    note: z.string().optional(),
  }),
}
const paid = { amount: 12.5, currency: 'EUR', email: 'a@b.example' }

describe('an input that fits', () => {
  it('comes back as it is, the same object', () => {
    const input = { search: 'Landing page', status: 'todo' }
    expect(repairInput(searchTasks, input)).toMatchObject({ repairs: [], unknown: [], doubt: null })
    expect(repairInput(searchTasks, input).input).toBe(input)
  })

  it('is never touched, whatever it holds', () => {
    const valid = fc.record(
      {
        search: fc.string({ minLength: 1 }),
        status: fc.constantFrom('todo', 'working', 'done'),
        project_id: fc.string(),
        limit: fc.integer(),
      },
      { requiredKeys: ['search'] },
    )
    fc.assert(
      fc.property(valid, (input) => {
        expect(repairInput(searchTasks, input).input).toBe(input)
      }),
    )
  })
})

describe('names', () => {
  it('become those that the skill’s aliases say', () => {
    expect(repairInput(searchTasks, { Title: 'Landing page' })).toEqual({
      input: { search: 'Landing page' },
      repairs: [
        {
          param: 'search',
          from: { Title: 'Landing page' },
          to: { search: 'Landing page' },
          why: 'is called that here',
        },
      ],
      unknown: [],
      known: ['search', 'status', 'project_id', 'limit'],
      doubt: null,
    })
  })

  it.each([
    ['written otherwise', { Search: 'x' }],
    ['with something before it', { task_search: 'x' }],
    ['with something after it', { search_text: 'x' }],
    ['cut short', { sea: 'x' }],
  ])('%s are found', (_what, input) => {
    expect(repairInput(searchTasks, input).input).toEqual({ search: 'x' })
  })

  it('that are the same but for how they are written come before those that only begin like it', () => {
    const skill = { input: z.object({ page: z.string().optional(), page_title: z.string().optional() }) }
    expect(repairInput(skill, { Page: 'x' }).input).toEqual({ page: 'x' })
    expect(repairInput(skill, { pageTitle: 'x' }).input).toEqual({ page_title: 'x' })
  })

  it('are left alone where two would do, and where the right one is given as well', () => {
    const twins = { input: z.object({ page_title: z.string().optional(), page_text: z.string().optional() }) }
    expect(repairInput(twins, { page: 'x' })).toMatchObject({ input: { page: 'x' }, unknown: ['page'] })
    const twice = repairInput(searchTasks, { search: 'x', query: 'y' })
    expect(twice).toMatchObject({ repairs: [], unknown: ['query'] })
  })

  it('that nothing can be made of are said, with those there are', () => {
    expect(repairInput(searchTasks, { search: 'x', colour: 'red' })).toMatchObject({
      unknown: ['colour'],
      known: ['search', 'status', 'project_id', 'limit'],
      repairs: [],
    })
  })

  it('of a skill that takes any are all right', () => {
    const any = { input: z.record(z.string(), z.unknown()) }
    const open = { input: z.looseObject({ a: z.string().optional() }) }
    for (const skill of [any, open])
      expect(repairInput(skill, { whatever: 1 })).toMatchObject({ unknown: [], repairs: [] })
  })
})

describe('values', () => {
  it.each([
    ['another case', { status: 'Done' }, { status: 'done' }],
    ['another case, in a list', { labels: ['Bug', 'feature'] }, { labels: ['bug', 'feature'] }],
    ['a longer word', { status: 'Done!' }, { status: 'done' }],
    ['the beginning of one', { status: 'work' }, { status: 'working' }],
    ['true as a word', { urgent: 'true' }, { urgent: true }],
  ])('of an enum or a plain type are put right: %s', (_what, given, put) => {
    const repaired = repairInput(updateTask, { task_id: '7', ...given })
    expect(repaired.input).toEqual({ task_id: '7', ...put })
    expect(repaired.repairs).toMatchObject([{ from: Object.values(given)[0], to: Object.values(put)[0] }])
  })

  it('keep what is in no list, or begins two of it', () => {
    const sized = { input: z.object({ size: z.enum(['extra_large', 'extra_small']) }) }
    expect(repairInput(sized, { size: 'extra' })).toMatchObject({ input: { size: 'extra' }, repairs: [] })
    expect(repairInput(updateTask, { task_id: '7', status: 'gone' }).repairs).toEqual([])
  })

  it('change their type only where they say the same', () => {
    expect(repairInput(searchTasks, { search: 'x', limit: '5' }).input).toEqual({ search: 'x', limit: 5 })
    for (const limit of ['5.5', '05', '5 tasks', '1e9', ''])
      expect(repairInput(searchTasks, { search: 'x', limit }).repairs).toEqual([])
    expect(repairInput(searchTasks, { search: 404 }).input).toEqual({ search: '404' })
  })
})

describe('recipients, amounts and ids', () => {
  it('are known by their names, however those are written', () => {
    const exact =
      'id task_id taskId ids ticket email reply_to customerEmail phone to recipient amount amountUsd total_price currency'
    expect(exact.split(' ').filter((name) => !isExact(name))).toEqual([])
    const other = 'search title status content note priority kind language video token tomorrow'
    expect(other.split(' ').filter((name) => isExact(name))).toEqual([])
    expect(isExact('reason', ['reason'])).toBe(true)
  })

  it('are in doubt where they are missing, and the person is told what was given instead', () => {
    expect(repairInput(updateTask, { task: 'Landing page', status: 'DONE' })).toMatchObject({
      input: { task: 'Landing page', status: 'done' },
      doubt: {
        param: 'task_id',
        description: 'Which task',
        type: 'string',
        given: { param: 'task', value: 'Landing page' },
      },
      unknown: [],
    })
  })

  it.each([
    ['an amount as text', { ...paid, amount: '12.5' }, { param: 'amount', type: 'number' }],
    [
      'an amount under another name',
      { sum: 12.5, currency: 'EUR', email: 'a@b.example' },
      { param: 'amount' },
    ],
    [
      'a currency in another case',
      { ...paid, currency: 'eur' },
      { param: 'currency', choices: ['EUR', 'USD'] },
    ],
    ['no address', { ...paid, email: 'a at b' }, { param: 'email' }],
    ['what the skill calls exact', { ...paid, reason: 'refund' }, { param: 'reason' }],
  ])('are not guessed at: %s', (_what, input, doubt) => {
    expect(repairInput(pay, input)).toMatchObject({ input, repairs: [], doubt })
  })

  it('ask nobody where the rest cannot run anyway', () => {
    expect(repairInput(pay, { ...paid, amount: '12.5', note: { a: 1 } }).doubt).toBeNull()
    expect(repairInput(pay, { ...paid, amount: '12.5', colour: 'red' })).toMatchObject({
      doubt: null,
      unknown: ['colour'],
    })
  })

  it('fit once a person has said them, one after another', () => {
    const first = repairInput(pay, { sum: '12.50', currency: 'eur', email: 'a@b.example' })
    if (!first.doubt) throw new Error('nothing is in doubt')
    const second = repairInput(pay, withAnswer(first.input, first.doubt, 12.5))
    if (!second.doubt) throw new Error('nothing is in doubt any more')
    expect(second.doubt.param).toBe('currency')
    const last = repairInput(pay, withAnswer(second.input, second.doubt, 'EUR'))
    expect(last).toMatchObject({ input: paid, doubt: null })
  })
})

/** Inputs as a model might write them: right and wrong names, right and wrong values. */
const anyName = fc.oneof(
  fc.constantFrom('amount', 'sum', 'Amount', 'currency', 'email', 'e_mail', 'reason', 'note', 'notes', 'to'),
  fc.constantFrom('__proto__', 'constructor', 'toString', ''),
  fc.string(),
)
const anyValue = fc.oneof(
  fc.constantFrom('EUR', 'eur', 'Refund', 'refund', 'a@b.example', '12', 12, -1, true, null),
  fc.string(),
  fc.array(fc.string(), { maxLength: 2 }),
)
const anyInput = fc.dictionary(anyName, anyValue, { maxKeys: 6 })

describe('whatever is given', () => {
  it('no exact input gets another value, and none that it had is lost', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const { input } = repairInput(pay, given)
        for (const name of ['amount', 'currency', 'email', 'reason']) {
          expect(Object.hasOwn(input, name)).toBe(Object.hasOwn(given, name))
          expect(input[name]).toBe(given[name])
        }
      }),
    )
  })

  it('every difference is told, repairing again changes nothing, and what was given stays as it was', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const before = structuredClone(given)
        const once = repairInput(pay, given)
        expect(given).toEqual(before)
        const told = new Set(once.repairs.flatMap(({ param, from }) => [param, ...keysOf(from)]))
        for (const name of new Set([...Object.keys(given), ...Object.keys(once.input)])) {
          if (!told.has(name)) expect(once.input[name]).toBe(given[name])
        }
        expect(repairInput(pay, once.input).repairs).toEqual([])
      }),
    )
  })

  it('what comes out without doubt or unknown names fits, or could not be mended', () => {
    fc.assert(
      fc.property(anyInput, (given) => {
        const { input, repairs, doubt, unknown } = repairInput(searchTasks, given)
        if (repairs.length === 0 || doubt !== null || unknown.length > 0) return
        for (const { param } of repairs) expect(Object.keys(searchTasks.input.shape)).toContain(param)
        expect(Object.keys(input).every((name) => name in searchTasks.input.shape)).toBe(true)
      }),
    )
  })
})

const keysOf = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
