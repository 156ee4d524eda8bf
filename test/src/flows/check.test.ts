import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type CheckAgainst, checkSteps } from '../../../src/flows/check.ts'
import type { StepInput } from '../../../src/flows/definition.ts'
import { templates } from '../../../src/flows/index.ts'
import { actingSkills, defineSkill, type Skill } from '../../../src/skills/index.ts'

const Task = z.object({ id: z.string(), title: z.string() })
const skills: readonly Skill[] = [
  defineSkill({
    name: 'search_tasks',
    title: 'Search tasks',
    description: 'Finds tasks.',
    effect: 'read',
    input: z.object({ search: z.string(), limit: z.int().max(50).optional() }),
    output: z.object({ data: z.array(Task) }),
    run: async () => ({ data: [] }),
  }),
  defineSkill({
    name: 'update_task',
    title: 'Change a task',
    description: 'Changes a task.',
    effect: 'write',
    input: z.object({ task_id: z.string().describe('Which task'), status: z.enum(['todo', 'done']) }),
    output: z.object({ data: Task }),
    run: async () => ({ data: { id: '1', title: 'x' } }),
  }),
  ...actingSkills,
]

const decisions = [...templates.values()].flatMap(({ steps }) =>
  steps.flatMap((step) => (step.type === 'ai_decision' && step.decision ? [step.decision] : [])),
)

function mistakesOf(steps: readonly unknown[], more: Partial<CheckAgainst> = {}) {
  const checked = checkSteps(steps, {
    skill: (name) => skills.find((one) => one.name === name),
    refusal: () => undefined,
    skillNames: skills.map(({ name }) => name),
    template: (name) => templates.get(name),
    templateNames: [...templates.keys()],
    decisions: new Set(decisions),
    params: [],
    approve: 'first',
    ...more,
  })
  return checked.ok ? [] : checked.mistakes.map(({ path, message }) => `${path}: ${message}`)
}

const find: StepInput = {
  name: 'find',
  type: 'tool_call',
  title: 'Find the task',
  skill: 'search_tasks',
  input: { search: 'Landing page' },
}
const pick: StepInput = { name: 'pick', type: 'ai_decision', title: 'Which one', entity: 'task' }
const mark: StepInput = {
  name: 'mark',
  type: 'tool_call',
  title: 'Mark as done',
  skill: 'update_task',
  input: { task_id: '{{context.resolved_entities.task_id}}', status: 'done' },
}
const mail: StepInput = {
  name: 'mail',
  type: 'tool_call',
  title: 'Write to the customer',
  skill: 'send_email',
  input: { customerId: 'cus_1', ticket: null, kind: 'hello', subject: 'Hello', text: 'Hello.' },
}
const approve: StepInput = {
  name: 'approve',
  type: 'approval',
  title: 'Approve it',
  policy: 'contacts',
  payload: { text: 'Hello.' },
  within: '1h',
}
const always = (name: string, on_success?: string | number, on_fail?: string | number): StepInput => ({
  name,
  type: 'conditional',
  title: 'Always',
  condition: { if: '{{flow.id}}', exists: true },
  ...(on_success === undefined ? {} : { on_success }),
  ...(on_fail === undefined ? {} : { on_fail }),
})

it('finds nothing wrong with a plan that can run', () => {
  expect(mistakesOf([find, pick, mark])).toEqual([])
})

it.each([...templates.values()])(
  'finds nothing wrong with the template $name but for its internal skills',
  (template) => {
    const own = mistakesOf(template.steps, { params: Object.keys(template.params), approve: 'always' })
    expect(own.filter((one) => !one.includes('there is no skill'))).toEqual([])
  },
)

it('names every mistake of every step at once', () => {
  const both = mistakesOf([
    { ...find, skill: 'serch_tasks' },
    { ...mark, input: { status: 'finished' } },
  ])
  expect(both).toEqual([
    expect.stringMatching(/^steps.0.skill: there is no skill "serch_tasks"; there is search_tasks/),
    expect.stringMatching(/^steps.1.input.task_id: update_task needs it, .*\(Which task\)/),
    expect.stringMatching(/^steps.1.input.status: Invalid option/),
  ])
})

describe('what a skill is given', () => {
  it('may not hold an input that the skill does not have', () => {
    expect(mistakesOf([{ ...find, input: { search: 'x', colour: 'red' } }])).toEqual([
      'steps.0.input.colour: search_tasks has no input "colour"; it has search, limit',
    ])
  })
  it('is taken for right where a mapping brings it', () => {
    const from = { task_id: '{{steps.find.result.data.0.id}}', status: '{{steps.find.result.data.0.title}}' }
    expect(mistakesOf([find, { ...mark, input: from }])).toEqual([])
  })
  it('is refused whole where whoever asked may not use the skill', () => {
    const refusal = ({ name }: Skill) => (name === 'search_tasks' ? 'an agent may not' : undefined)
    expect(mistakesOf([find], { refusal })).toEqual(['steps.0.skill: an agent may not'])
  })
})

describe('what a step reads', () => {
  const reading = (text: string, before: StepInput[] = [], after: StepInput[] = []) =>
    mistakesOf([...before, { ...find, name: 'reader', input: { search: text } }, ...after])

  it.each([
    ['{{steps.nowhere.result}}', 'reads a step that is not there; there is reader, mark_1'],
    ['{{steps.7.result}}', 'reads a step that is not there; there is reader, mark_1'],
    ['{{steps.mark_1.result.data.id}}', 'reads "mark_1", which cannot have run by then'],
    ['{{steps.1.result.data.id}}', 'reads "mark_1", which cannot have run by then'],
    ['{{steps.reader.result.data}}', 'reads "reader", which cannot have run by then'],
    ['{{steps.mark_1.outcome}}', 'reads no result, status, runs, error, name, user_response of it'],
    ['{{user_input}}', 'reads an answer, and no step before asks anybody'],
    ['{{event.text}}', 'reads an event, and no step before waits for one'],
    ['{{context.resolved_entities.task_id}}', 'reads what a decision found, and no ai_decision comes before'],
    ['{{context.created_entities.task_id}}', 'reads what no step before creates'],
    ['{{params.name}}', 'reads a parameter that is not there; there is none'],
    [
      '{{task.id}}',
      'begins with none of steps, context, user_input, event, params, flow, settings, failure, parent',
    ],
  ])('may not be %s', (text, message) => {
    const last: StepInput = { ...mark, name: 'mark_1', input: { task_id: '1', status: 'done' } }
    expect(reading(text, [], [last])).toEqual([`steps.0.input.search: ${text} ${message}`])
  })
  it('may be nothing where a default is given', () => {
    expect(reading('{{steps.last.result.data.0.id ?? "none"}}', [], [{ ...find, name: 'last' }])).toEqual([])
  })
  it('may be a later step that a loop through a waiting step leads back from', () => {
    const again: StepInput = { name: 'rest', type: 'delay', title: 'Rest', for: '1h', on_success: 'reader' }
    expect(
      reading(
        '{{steps.late.result.data.0.id}}',
        [always('start', 'late')],
        [{ ...find, name: 'late' }, again],
      ),
    ).toEqual([])
  })
  it('is followed into what the skill answers', () => {
    const messages = ['data.0.titel', 'items', 'data.first.id'].map(
      (path) => reading(`{{steps.find.result.${path}}}`, [find])[0],
    )
    expect(messages).toEqual([
      expect.stringContaining('leads nowhere: "find" gives no "titel"; there is id, title'),
      expect.stringContaining('leads nowhere: "find" gives no "items"; there is data'),
      expect.stringContaining('leads nowhere: "find" gives "first" of a list; the first of it is data.0'),
    ])
  })
  it('may not be what the flow is known not to have', () => {
    const steps = [
      { ...find, input: { search: '{{flow.ticket}} {{flow.id}} {{flow.customerId ?? "none"}}' } },
    ]
    expect(mistakesOf(steps, { empty: ['ticket', 'customerId'] })).toEqual([
      'steps.0.input.search: {{flow.ticket}} is not known: the request names no ticket that this could be about',
    ])
  })
  it('must be a mapping that ends', () => {
    expect(reading('{{steps.find.result')).toEqual([
      'steps.0.input.search: has a {{ whose mapping does not end in }}',
    ])
  })

  it('may have an object for a default, and may be a text with empty braces', () => {
    expect(mistakesOf([{ ...find, input: { search: '{{context.words ?? {"a": 1}}} {{ }}' } }])).toEqual([])
  })
  it('inside a branch may be what ran before the branches, and not what runs beside it', () => {
    const branch = (name: string, search: string) => ({
      name,
      steps: [{ ...find, name: `in_${name}`, input: { search } }],
    })
    const fork = {
      name: 'fork',
      type: 'parallel',
      title: 'At once',
      branches: [
        branch('a', '{{steps.find.result.data.0.title}}'),
        branch('b', '{{steps.in_a.result.data.0.title}}'),
      ],
    }
    expect(mistakesOf([find, fork])).toEqual([
      'steps.1.branches.1.steps.0.input.search: {{steps.in_a.result.data.0.title}} reads a step that is not there; there is in_b, find, fork',
    ])
  })
})

describe('where steps lead', () => {
  it('must be a step or the end', () => {
    expect(mistakesOf([always('a', 'nowhere', 9), find])).toEqual([
      'steps.0.on_success: goes to "nowhere", which is not there; there is a, find, end',
      'steps.0.on_fail: goes to "9", which is not there; there is a, find, end',
    ])
  })
  it.each<[string, StepInput[]]>([
    ['by a goto', [{ ...find, on_success: 'find' }]],
    ['by a position', [find, always('back', 0)]],
    ['by a failure', [find, { ...mark, input: { task_id: '1', status: 'done' }, on_fail: 'find' }]],
  ])('may not be a circle in which nothing waits, closed %s', (_how, steps) => {
    expect(mistakesOf(steps)).toEqual([expect.stringContaining('in a circle in which no step waits or asks')])
  })
  it.each<[string, StepInput]>([
    ['a delay', { name: 'wait', type: 'delay', title: 'Rest', for: '1h' }],
    ['an approval', { ...approve, name: 'wait' }],
    [
      'a prompt',
      { name: 'wait', type: 'user_prompt', title: 'Ask', prompt_type: 'confirm', message: 'Again?' },
    ],
  ])('may be a circle through %s', (_what, waiting) => {
    expect(mistakesOf([find, waiting, always('back', 'find')])).toEqual([])
  })
  it('may be a circle that no flow gets into', () => {
    expect(mistakesOf([always('start', 'end', 'end'), { ...find, on_success: 'find' }])).toEqual([])
  })
})

describe('contacts', () => {
  it('want an approval on every way to them', () => {
    const message = 'reaches a customer, and there is a way to it without an approval'
    expect(mistakesOf([mail])).toEqual([`steps.0: "mail" ${message}`])
    expect(mistakesOf([always('short', 'mail'), approve, mail])).toEqual([`steps.2: "mail" ${message}`])
    expect(mistakesOf([approve, mail])).toEqual([])
  })
  it('are not approved by an approval that was refused', () => {
    expect(mistakesOf([{ ...approve, on_fail: 'mail' }, mail])).toHaveLength(1)
  })
  it('share the first approval, unless each wants its own', () => {
    const two = [approve, mail, { ...mail, name: 'second' }]
    expect(mistakesOf(two)).toEqual([])
    expect(mistakesOf(two, { approve: 'always' })).toEqual([expect.stringMatching(/^steps.2: "second"/)])
    expect(mistakesOf([mail], { approve: 'never' })).toEqual([])
  })
  it('are found in branches', () => {
    const fork = {
      name: 'fork',
      type: 'parallel',
      title: 'At once',
      branches: [{ name: 'a', steps: [mail] }],
    }
    expect(mistakesOf([fork])).toEqual([expect.stringMatching(/^steps.0.branches.0.steps.0: "mail"/)])
    expect(mistakesOf([approve, fork])).toEqual([])
  })
  it('are comments that the customer sees as well', () => {
    const comment = { ...mail, skill: 'comment_ticket' }
    const seen = (isPublic: unknown) =>
      mistakesOf([{ ...comment, input: { ticket: 'z:1', text: 'Hi', public: isPublic } }])
    expect(seen(false)).toEqual([])
    expect(seen(true)).toHaveLength(1)
  })
  it('are calls that are only queued as well', () => {
    const pack = { language: 'en', firstMessage: 'Hi', systemPrompt: 'Be kind', successCriteria: 'All good' }
    const call = { ...mail, skill: 'place_call', input: { customerId: 'cus_1', ticket: null, pack } }
    expect(mistakesOf([call])).toHaveLength(1)
  })
})

it.each<[string, unknown, string]>([
  [
    'an event',
    {
      name: 'w',
      type: 'wait_event',
      title: 'W',
      event: 'rain',
      correlation: 'x',
      within: '1h',
      waiting_for: 'rain',
    },
    'steps.0.event: there is no event "rain"',
  ],
  [
    'a template',
    { name: 's', type: 'sub_flow', title: 'S', template: 'resolve' },
    'steps.0.template: there is no template "resolve"; there is resolve_ticket',
  ],
  [
    'a parameter',
    { name: 's', type: 'sub_flow', title: 'S', template: 'resolve_ticket', params: { tiket: 'z:1' } },
    'steps.0.params.tiket: resolve_ticket has no parameter "tiket"',
  ],
  [
    'a decision',
    { name: 'd', type: 'ai_decision', title: 'D', decision: 'coin' },
    'steps.0.decision: there is no decision "coin"',
  ],
  ['a duration', { name: 'd', type: 'delay', title: 'D', for: 'soon' }, 'steps.0.for: "soon" is no duration'],
])('says which %s is not known', (_what, step, message) => {
  expect(mistakesOf([step])[0]).toContain(message)
})

it('refuses what nobody could look over: 500 steps, or as many bytes', () => {
  const many = Array.from({ length: 500 }, (_, index) => ({ ...find, name: `find_${index}` }))
  expect(mistakesOf(many)).toEqual(['steps: there are 500; at most 200 fit'])
  expect(mistakesOf([{ ...find, input: { search: 'x'.repeat(300_000) } }])).toEqual([
    expect.stringMatching(/^steps: they take 294 KiB; at most 256 fit/),
  ])
})
