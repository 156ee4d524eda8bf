import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { StepDefinition, type StepInput, TemplateDefinition } from '../../../src/flows/definition.ts'
import { withConfirmation } from '../../../src/flows/planner/confirm.ts'
import { planInWords, viewOf } from '../../../src/flows/planner/estimate.ts'
import { defineSkill, type EffectClass, type Skill } from '../../../src/skills/index.ts'

const skill = (name: string, effect: EffectClass, more: Partial<Skill> = {}): Skill => ({
  ...defineSkill({
    name,
    title: name,
    description: 'For tests.',
    effect,
    input: z.looseObject({}),
    output: z.unknown(),
    run: async () => null,
  }),
  ...more,
})
const skills = [
  skill('look', 'read'),
  skill('change', 'write'),
  skill('call', 'contact', { costUsd: 0.25 }),
  skill('draft', 'read', { asks: 'email_draft' }),
]
const of = { skill: (name: string) => skills.find((one) => one.name === name), template: () => undefined }

const run = (name: string, by: string, more: Partial<StepInput> = {}): StepInput =>
  ({ name, type: 'tool_call', title: `Do ${name}`, skill: by, ...more }) as StepInput
const fork = (name: string, yes: string, no: string): StepInput => ({
  name,
  type: 'conditional',
  title: name,
  condition: { if: '{{flow.id}}', exists: true },
  on_success: yes,
  on_fail: no,
})
const approve: StepInput = {
  name: 'approve',
  type: 'approval',
  title: 'Approve',
  policy: 'contacts',
  payload: {},
  within: '1h',
}
const parsed = (steps: StepInput[]) => steps.map((step) => StepDefinition.parse(step))
const asked = (...steps: StepInput[]) => withConfirmation(parsed(steps), of, 'Go on?')
const names = (steps: StepDefinition[]) => steps.map(({ name }) => name)

describe('the question before a plan acts', () => {
  it('stands right before the first step that changes something or reaches somebody', () => {
    expect(names(asked(run('a', 'look'), run('b', 'change'), run('c', 'call')))).toEqual([
      'a',
      'confirm_plan',
      'b',
      'c',
    ])
  })
  it('is left out where nothing is changed', () => {
    expect(names(asked(run('a', 'look'), run('b', 'draft')))).toEqual(['a', 'b'])
  })
  it('comes before the approval of a contact, not between it and the contact', () => {
    expect(names(asked(run('a', 'look'), approve, run('c', 'call')))).toEqual([
      'a',
      'confirm_plan',
      'approve',
      'c',
    ])
  })
  it('is met by a goto that leads to the step behind it', () => {
    const steps = asked(fork('if', 'act', 'other'), run('other', 'look'), run('act', 'change'))
    expect(names(steps)).toEqual(['if', 'other', 'confirm_plan', 'act'])
    expect(steps[0]).toMatchObject({ on_success: 'confirm_plan', on_fail: 'other' })
  })
  it('stands earlier where a way leads past it', () => {
    const steps = asked(
      fork('if', 'late', 'other'),
      run('other', 'look'),
      run('act', 'change'),
      run('late', 'change'),
    )
    expect(names(steps)).toEqual(['confirm_plan', 'if', 'other', 'act', 'late'])
  })
  it('does not come between a search and the decision on it', () => {
    const pick: StepInput = {
      name: 'pick',
      type: 'ai_decision',
      title: 'Pick',
      entity: 'x',
      answers: { go: 'late' },
    }
    const steps = asked(run('find', 'look'), pick, run('act', 'change'), run('late', 'change'))
    expect(names(steps)).toEqual(['confirm_plan', 'find', 'pick', 'act', 'late'])
  })
  it('is not asked again by a loop that comes back behind it', () => {
    const steps = asked(run('act', 'change'), {
      name: 'wait',
      type: 'delay',
      title: 'Wait',
      for: '1h',
      on_success: 'act',
    })
    expect(names(steps)).toEqual(['confirm_plan', 'act', 'wait'])
    expect(steps[2]).toMatchObject({ on_success: 'act' })
  })
  it('has a name of its own', () => {
    expect(names(asked(run('confirm_plan', 'look'), run('b', 'change')))).toEqual([
      'confirm_plan',
      'confirm_plan_2',
      'b',
    ])
  })
})

describe('what a plan may cost', () => {
  const costOf = (usd: number | null) => () => ({ tokens: 2_400, usd })
  const branch = (name: string, by: string) => ({ name, steps: [run(`in_${name}`, by) as never] })
  const steps = parsed([
    run('a', 'draft'),
    run('b', 'call'),
    { name: 'c', type: 'parallel', title: 'At once', branches: [branch('x', 'call'), branch('y', 'look')] },
    { name: 'd', type: 'ai_decision', title: 'Judge', question: 'Is it urgent?', answers: { yes: null } },
  ])

  it('is what its skills and its questions to the model cost, branches included', () => {
    const view = viewOf('Plan', steps, of, costOf(0.01))
    expect(view.estimated_cost_usd).toBeCloseTo(0.52, 9)
    expect(view).toMatchObject({
      estimated_tokens: 4_800,
      effects: { reads: 1, writes: 0, contacts: 2 },
      steps: [
        { cost_usd: 0.01 },
        { cost_usd: 0.25, effect: 'contact' },
        { effect: 'contact' },
        { effect: null },
      ],
    })
    expect(planInWords(view)).toContain('2. Do b (reaches the customer)')
    expect(planInWords(view)).toContain('Cost: about 0.52 USD')
  })
  it('is said in words that fit a question, however long the plan', () => {
    const many = parsed(
      Array.from({ length: 200 }, (_, index) => run(`s${index}`, 'call', { title: 'x'.repeat(255) })),
    )
    const words = planInWords(viewOf('y'.repeat(255), many, of, costOf(0)))
    expect(words).toContain('… and 170 more')
    expect(withConfirmation(many, of, words)).toHaveLength(201)
  })
  it('is told of templates that name each other a hundred times over, round and round', () => {
    const below = (name: string): StepInput[] =>
      Array.from({ length: 100 }, (_, at) => ({
        name: `s${at}`,
        type: 'sub_flow',
        title: 'Below',
        template: name,
      }))
    const made = (name: string, inside: StepInput[]) =>
      TemplateDefinition.parse({
        ...{ name, version: 1, title: name, description: 'For tests.', params: {}, deadline: '1d' },
        steps: inside,
      })
    const templates = new Map(
      [
        made('one', below('two')),
        made('two', below('three')),
        made('three', below('four')),
        made('four', [...below('one'), run('call', 'call')]),
      ].map((template) => [template.name, template]),
    )
    const all = { ...of, template: (name: string) => templates.get(name) }
    const view = viewOf('Plan', parsed([...below('one')]), all, costOf(0))
    expect(view.steps[0]).toMatchObject({ effect: 'contact' })
    // The fifth level is `one` again, which calls nobody itself.
    expect(view.estimated_cost_usd).toBe(0.25 * 100 ** 4)
    expect(withConfirmation(parsed(below('one')), all, 'Go on?')).toHaveLength(101)
  })
  it('is not known where the price of the model is not', () => {
    const view = viewOf('Plan', steps, of, costOf(null))
    expect(view.estimated_cost_usd).toBeNull()
    expect(planInWords(view)).toContain('not known: no price is set for the model')
  })
})
