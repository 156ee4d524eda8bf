import { describe, expect, it } from 'vitest'
import { checkSteps } from '../../../src/flows/check.ts'
import { planOf } from '../../../src/flows/create.ts'
import { templates } from '../../../src/flows/index.ts'
import { personalIn } from '../../../src/flows/templates/personal.ts'
import { definitionsOf } from '../../../src/flows/uncompile.ts'
import { outreachDecisions } from '../../../src/outreach/index.ts'
import { actingSkills } from '../../../src/skills/index.ts'

describe.each([...templates.values()])('the template $name', (template) => {
  it('compiles, and comes back the same from its rows', () => {
    const params = Object.fromEntries(
      Object.entries(template.params).flatMap(([name, { type, default: value }]) =>
        value === undefined && type === 'string' ? [[name, 'zendesk:1']] : [],
      ),
    )
    const { steps } = planOf(template, params)
    expect(definitionsOf(steps).map(({ name }) => name)).toEqual(template.steps.map(({ name }) => name))
    const again = planOf({ ...template, steps: definitionsOf(steps) }, params).steps
    const read = (all: typeof steps) => all.map((step) => ({ ...step, settings: JSON.parse(step.settings) }))
    expect(read(again)).toEqual(read(steps))
  })

  it('asks for approval before every contact, on every way, and leads nowhere wrong', () => {
    const decisions = new Set(outreachDecisions({} as never).keys())
    const skills = new Map(actingSkills.map((skill) => [skill.name, skill]))
    const checked = checkSteps(template.steps, {
      skill: (name) => skills.get(name),
      refusal: () => undefined,
      skillNames: [...skills.keys()],
      template: (name) => templates.get(name),
      templateNames: [...templates.keys()],
      decisions,
      params: Object.keys(template.params),
      approve: 'always',
    })
    const mistakes = checked.ok ? [] : checked.mistakes.filter(({ message }) => !/no skill/.test(message))
    expect(mistakes).toEqual([])
  })

  it('holds nothing of one customer', () => {
    expect(personalIn(template, undefined)).toEqual([])
  })
})

describe('what belongs to one customer', () => {
  const step = (input: Record<string, unknown>) => ({
    title: 'T',
    description: '',
    steps: [{ name: 'a', type: 'tool_call', title: 'A', skill: 'x', input } as never],
  })
  it.each([
    ['an address', { text: 'Write to ada@example.org' }],
    ['a phone number', { text: 'Call +49 151 2345678' }],
    ['an id of ours', { text: 'see cus_01m7wb0nwrb3an5gkc0kw4nf97' }],
    ['a UUID', { text: '0b9f3c1e-1111-4222-8333-444455556666' }],
    ['a ticket', { text: 'zendesk:4711' }],
    ['a name', { text: 'Dear Ada Lovelace,' }],
    ['an id by its name', { project_id: 'p1' }],
    ['an id deep inside', { list: [{ task_id: 't9' }] }],
  ])('%s is found', (_what, input) => {
    const customer = { name: 'Ada Lovelace', email: null, phone: null }
    expect(personalIn(step(input), customer)).toHaveLength(1)
  })

  it.each([
    ['a mapping', { task_id: '{{steps.find.result.data.0.id}}' }],
    ['plain words and figures', { text: 'Done! 3 of 12 on 2026-03-02, 14:30', priority: 'high' }],
    ['a mapping within words', { text: 'For {{params.ticket}}: {{user_input}}' }],
  ])('%s is left alone', (_what, input) => {
    expect(personalIn(step(input), undefined)).toEqual([])
  })
})
