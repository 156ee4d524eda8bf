import { describe, expect, it } from 'vitest'
import { modelJsonSchema } from '../../../src/ai/index.ts'
import { StepDefinition } from '../../../src/flows/definition.ts'
import { PlanAnswer, type PlanStep } from '../../../src/flows/planner/plan.ts'
import { stepsOfPlan } from '../../../src/flows/planner/steps-of-plan.ts'

const parsed = (...steps: PlanStep[]) => stepsOfPlan(steps).map((step) => StepDefinition.parse(step))
const find: PlanStep = { type: 'tool_call', name: 'Find Task', title: 'Find it', skill: 'search_tasks' }

describe('a plan as the model writes it', () => {
  it('has names that others may use, however they are written', () => {
    const [first, second] = parsed(
      { ...find, on_success_goto: 'Pick One' },
      { type: 'ai_decision', name: 'pickOne', title: 'Pick', of: '{{steps.Find Task.result.data}}' },
    )
    expect(first).toMatchObject({ name: 'find_task', on_success: 'pick_one' })
    expect(second).toMatchObject({ name: 'pick_one', of: '{{steps.find_task.result.data}}' })
  })

  it('may count its steps: positions become names, and one past the last is the end', () => {
    const [first, second] = parsed(
      { ...find, on_success_goto: 2, on_fail_goto: '1' },
      {
        ...find,
        name: 'again',
        mappings: [{ name: 'search', value: '{{steps.0.result.data.0.title ?? "x"}}' }],
      },
    )
    expect(first).toMatchObject({ on_success: 'end', on_fail: 'again' })
    expect(second).toMatchObject({ input: { search: '{{steps.find_task.result.data.0.title ?? "x"}}' } })
  })

  it('gives values by dotted names, which never reach into prototypes', () => {
    const [step] = parsed({
      ...find,
      params: [
        { name: 'filter.status', value: 'todo' },
        { name: 'filter.tags', value: ['a', 'b'] },
        { name: '__proto__.polluted', value: true },
      ],
      mappings: [{ name: 'filter.by', value: '{{flow.ticket}}' }],
    })
    expect(step).toMatchObject({
      input: { filter: { status: 'todo', tags: ['a', 'b'], by: '{{flow.ticket}}' } },
    })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('has branches whose steps read those outside by name', () => {
    const inside = {
      ...find,
      type: 'tool_call' as const,
      name: 'inner',
      mappings: [{ name: 'a', value: '{{steps.0.result}}' }],
    }
    const [, fork] = parsed(find, {
      type: 'parallel',
      name: 'fork',
      title: 'At once',
      branches: [
        { name: 'One', title: 'One', steps: [inside, { ...inside, name: 'second', on_success_goto: 0 }] },
      ],
      join: 'first',
    })
    expect(fork).toMatchObject({
      join: 'first',
      branches: [
        { name: 'one', steps: [{ input: { a: '{{steps.find_task.result}}' } }, { on_success: 'inner' }] },
      ],
    })
  })

  it.each<[PlanStep, object]>([
    [
      {
        type: 'user_prompt',
        name: 'ask',
        title: 'Ask',
        prompt_type: 'text',
        prompt_message: 'Which?',
        answer_is: 'email',
        within: '2h',
        on_timeout_goto: 'end',
      },
      { message: 'Which?', check: { is: 'email' }, within: '2h', on_timeout: 'end' },
    ],
    [
      {
        type: 'conditional',
        name: 'if',
        title: 'If',
        condition: { if: '{{flow.id}}', test: 'gt', value: '5' },
        on_fail_goto: 'end',
      },
      { condition: { if: '{{flow.id}}', gt: 5 }, on_fail: 'end' },
    ],
    [
      {
        type: 'conditional',
        name: 'if',
        title: 'If',
        condition: { if: '{{flow.id}}', test: 'exists', value: false },
      },
      { condition: { if: '{{flow.id}}', exists: false } },
    ],
    [
      {
        type: 'approval',
        name: 'ok',
        title: 'OK?',
        params: [{ name: 'text', value: 'Hi' }],
        editable: ['text'],
        role: 'manager',
      },
      { policy: 'always', payload: { text: 'Hi' }, editable: ['text'], role: 'manager', within: '24h' },
    ],
    [
      {
        type: 'ai_decision',
        name: 'judge',
        title: 'Judge',
        question: 'Urgent?',
        answers: [
          { answer: 'yes', goto: 'end' },
          { answer: 'no', goto: null },
        ],
      },
      { question: 'Urgent?', answers: { yes: 'end', no: null } },
    ],
    [
      {
        type: 'wait_event',
        name: 'wait',
        title: 'Wait for the mail',
        event: 'inbound_email',
        correlation: '{{flow.id}}',
        within: '3d',
      },
      { event: 'inbound_email', waiting_for: 'Wait for the mail', within: '3d' },
    ],
    [{ type: 'delay', name: 'rest', title: 'Rest', for: '2d' }, { for: '2d' }],
    [
      {
        type: 'sub_flow',
        name: 'sub',
        title: 'Call them',
        template: 'callback_request',
        params: [{ name: 'ticket', value: 'z:1' }],
      },
      { template: 'callback_request', params: { ticket: 'z:1' } },
    ],
  ])('has steps of every type: $type', (step, definition) => {
    expect(parsed(step)[0]).toMatchObject(definition)
  })
})

it('is asked for in a schema that strict structured output takes: no open objects, everything required', () => {
  const open: string[] = []
  const look = (node: unknown, path: string) => {
    if (typeof node !== 'object' || node === null) return
    if (
      'type' in node &&
      node.type === 'object' &&
      !('additionalProperties' in node && node.additionalProperties === false)
    )
      open.push(path)
    for (const [key, value] of Object.entries(node)) look(value, `${path}/${key}`)
  }
  look(modelJsonSchema(PlanAnswer), '')
  expect(open).toEqual([])
})
