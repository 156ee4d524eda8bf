import fc from 'fast-check'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fillPrompt, loadPrompts, modelJsonSchema, withoutNulls } from '../../../src/ai/index.ts'
import { checkSteps } from '../../../src/flows/check.ts'
import { inputSchemaOf } from '../../../src/flows/checks/inputs.ts'
import type { StepDefinition } from '../../../src/flows/definition.ts'
import { PlanAnswer } from '../../../src/flows/planner/plan.ts'
import { withQuoted } from '../../../src/flows/planner/quoted.ts'
import { stepsOfPlan } from '../../../src/flows/planner/steps-of-plan.ts'
import { templates } from '../../../src/flows/templates/index.ts'
import { MODEL, startModelStandIn } from '../../../src/sandbox/model.ts'
import type { StandIn } from '../../../src/sandbox/standin.ts'
import { emptyWorld } from '../../../src/sandbox/world.ts'
import { actingSkills, type Skill, taskSkills } from '../../../src/skills/index.ts'
import { stoppedClock } from './clock.ts'

/** What the scripted model makes of requests, held against what the planner holds plans against. */

const prompts = loadPrompts()
const clock = stoppedClock('2026-03-02T09:00:00Z')
let standIn: StandIn
let client: OpenAI

beforeEach(async () => {
  standIn = await startModelStandIn({ world: emptyWorld(clock.now()), clock, uuid: () => 'id' })
  client = new OpenAI({ apiKey: MODEL.apiKey, baseURL: `${standIn.url}/v1`, maxRetries: 0 })
})
afterEach(() => standIn.close())

async function ask<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  sections: Record<string, unknown>,
): Promise<z.output<Schema>> {
  const prompt = prompts.get(name)
  if (!prompt) throw new Error(`There is no prompt ${name}`)
  const json_schema = { name, schema: modelJsonSchema(schema), strict: true }
  const { choices } = await client.chat.completions.create({
    model: MODEL.model,
    messages: fillPrompt(prompt, sections),
    response_format: { type: 'json_schema', json_schema },
  })
  return schema.parse(withoutNulls(JSON.parse(choices[0]?.message.content ?? ''), schema))
}

const noDesk = () => {
  throw new Error('nothing runs here')
}
const desk = {
  ...{ name: 'tasks', idempotentForMs: 0, search: noDesk, get: noDesk, create: noDesk, update: noDesk },
  ...{ remove: noDesk, comment: noDesk, removeComment: noDesk, check: noDesk },
}
const skills: readonly Skill[] = [...actingSkills, ...taskSkills(desk)]
const ABOUT = { ticket: 'zendesk:4711', customer_id: 'cus_1', customer: { name: 'Ada' } }

async function answerTo(text: string, more: { skills?: readonly Skill[]; about?: typeof ABOUT } = {}) {
  const offered = more.skills ?? skills
  return ask('flow_plan', PlanAnswer, {
    request: { text, now: '2026-03-02T09:00:00Z', role: 'agent' },
    about: more.about ?? { ticket: null, customer_id: null, customer: null },
    skills: offered.map((skill) => ({ ...skill, input: inputSchemaOf(skill), output: undefined })),
    templates: [...templates.values()].map(({ name, title, description, params }) => ({
      ...{ name, title, description, params },
    })),
    events: [],
    rules: { approve_contacts: 'first' },
    previous: null,
  })
}

/** The steps of the plan, which must be one that could run as it is. */
async function stepsFor(...request: Parameters<typeof answerTo>): Promise<StepDefinition[]> {
  const answer = withQuoted(await answerTo(...request), request[0])
  expect(answer).toMatchObject({ kind: 'plan', title: expect.stringMatching(/\S/) })
  const checked = checkSteps(stepsOfPlan(answer.steps ?? []), {
    skill: (name) => skills.find((skill) => skill.name === name),
    refusal: () => undefined,
    skillNames: skills.map(({ name }) => name),
    template: (name) => templates.get(name),
    templateNames: [...templates.keys()],
    decisions: new Set(),
    params: [],
    approve: 'first',
  })
  if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes))
  return checked.steps
}

/** A plan in short: what each step is, and what it is given. */
async function planFor(...request: Parameters<typeof answerTo>) {
  return (await stepsFor(...request)).map((step) => {
    switch (step.type) {
      case 'tool_call':
        return [step.skill, step.input]
      case 'sub_flow':
        return [step.template, step.params]
      case 'ai_decision':
        return [step.type, step.entity]
      case 'user_prompt':
        return [step.prompt_type, step.message]
      case 'delay':
        return [step.type, step.for]
      default:
        return [step.type]
    }
  })
}

const TASK = '{{context.resolved_entities.task_id}}'

describe('a request becomes a plan', () => {
  it.each([
    "Find task 'Landing page', add comment 'Done!', mark as complete",
    'Please find the task "Landing page" and add the comment "Done!" to it, then mark it as done.',
    'Could you find task ‘Landing page’, comment ‘Done!’ and finish it?',
    'Finde die Aufgabe „Landing page“, füge den Kommentar „Done!“ hinzu und markiere sie als erledigt.',
    'Suche nach der Aufgabe «Landing page». Kommentiere sie mit «Done!». Dann schließe sie ab.',
    "Comment 'Done!' on task 'Landing page' and set its status to done",
    "Add a comment 'Done!' to the task 'Landing page' and mark task 'Landing page' as completed",
  ])('%s', async (request) => {
    expect(await planFor(request)).toEqual([
      ['search_tasks', { search: 'Landing page' }],
      ['ai_decision', 'task'],
      ['create_comment', { task_id: TASK, content: 'Done!' }],
      ['update_task', { task_id: TASK, status: 'done' }],
    ])
  })

  it('keeps quoted words whole, whatever stands in them', async () => {
    const request = `Find task 'Mark it as done, and add comment "x"' and add comment "Don't stop; it's fine."`
    expect(await planFor(request)).toEqual([
      ['search_tasks', { search: 'Mark it as done, and add comment "x"' }],
      ['ai_decision', 'task'],
      ['create_comment', { task_id: TASK, content: "Don't stop; it's fine." }],
    ])
  })

  it('makes a task, and what follows is about that one', async () => {
    const request = 'Create a high priority task to paint the door and the frame, comment "Blue" and start it'
    const made = '{{steps.create_task.result.data.id}}'
    expect(await planFor(request)).toEqual([
      ['create_task', { title: 'paint the door and the frame', priority: 'high' }],
      ['create_comment', { task_id: made, content: 'Blue' }],
      ['update_task', { task_id: made, status: 'working' }],
    ])
  })

  it('can be about several tasks, each found by itself', async () => {
    const request = "Rename task 'A' to 'B', set the priority of task 'C' to low, then delete it"
    expect(await planFor(request)).toEqual([
      ['search_tasks', { search: 'A' }],
      ['ai_decision', 'task'],
      ['update_task', { task_id: TASK, title: 'B' }],
      ['search_tasks', { search: 'C' }],
      ['ai_decision', 'task'],
      ['update_task', { task_id: TASK, priority: 'low' }],
      ['delete_task', { task_id: TASK }],
    ])
  })

  it('asks, waits, and uses the answer', async () => {
    const request =
      'Ask me for the title, create a task with my answer, wait 2 days, ask me whether it is done and tell the team that we are done'
    expect(await planFor(request)).toEqual([
      ['text', 'Please give the title.'],
      ['create_task', { title: '{{steps.ask.result.value}}' }],
      ['delay', '2d'],
      ['confirm', 'Please confirm: it is done.'],
      ['post_chat', { card: 'request:{{flow.id}}', view: expect.objectContaining({ title: 'we are done' }) }],
    ])
    expect(await planFor('Ask me which room: Garden, Sea or Tower')).toEqual([['choice', 'Which room?']])
  })

  it('writes to tickets by their names', async () => {
    const request =
      "Comment 'We are on it' on ticket zendesk:12, set ticket zendesk:12 to pending and escalate it because she is angry"
    expect((await planFor(request)).slice(0, 2)).toEqual([
      ['comment_ticket', { ticket: 'zendesk:12', text: 'We are on it' }],
      ['update_ticket', { ticket: 'zendesk:12', status: 'pending' }],
    ])
  })

  it('takes a template for what a template does', async () => {
    expect(await planFor('Resolve ticket 4711')).toEqual([['resolve_ticket', { ticket: 'zendesk:4711' }]])
  })

  it('lets a person look at a mail before it goes to the customer that the request is about', async () => {
    const request = 'Write to the customer of zendesk:4711 that the parts arrived'
    expect(await planFor(request, { about: ABOUT })).toEqual([
      ['approval'],
      ['send_email', expect.objectContaining({ customerId: '{{flow.customerId}}' })],
    ])
    expect(await answerTo(request)).toMatchObject({ kind: 'cannot', reason: expect.stringMatching(/4711/) })
  })
})

it('whatever is asked for is planned so that it could run, or refused with a reason', async () => {
  const words =
    `find task 'Landing page' "Done!" comment add and , then mark it as done complete high priority create
    delete rename to ask me whether for the title wait 2 hours tell team ticket zendesk:4711 escalate because customer
    write that call back Aufgabe finde erledigt . ; \n ' " {{steps.x}} my answer`.split(/ +/)
  const request = fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((some) => some.join(' '))
  await fc.assert(
    fc.asyncProperty(request, async (text) => {
      const answer = await answerTo(text, { about: ABOUT })
      if (answer.kind === 'cannot') expect(answer.reason).toMatch(/\S/)
      else await stepsFor(text, { about: ABOUT })
    }),
    { numRuns: 150 },
  )
})

describe('a request that cannot be planned', () => {
  it.each([
    ['Order a pizza and find task "X"', /Order a pizza/],
    ['Mark it as done', /Which task/],
    ['Create a task with my answer', /my answer/],
    ['Call the customer back', /Which ticket/],
    ['', /nothing to do/],
  ])('%s: says what is missing', async (request, reason) => {
    expect(await answerTo(request)).toMatchObject({
      kind: 'cannot',
      reason: expect.stringMatching(reason),
    })
  })

  it('uses no skill that is not offered', async () => {
    const readers = skills.filter(({ effect }) => effect === 'read')
    const answer = await answerTo("Find task 'X' and mark it as done", { skills: readers })
    expect(answer).toMatchObject({ kind: 'cannot', reason: expect.stringMatching(/status to done/) })
  })
})

describe('a message', () => {
  const Intent = z.object({ kind: z.enum(['work', 'question']), why: z.string() })
  it.each([
    ["Find task 'X' and mark it as done", 'work'],
    ['Could you close the task "X" and tell the team that it is done?', 'work'],
    ['Erstelle eine Aufgabe "X"', 'work'],
    ['How do refunds work?', 'question'],
    ['Thank you!', 'question'],
    ['Was steht in der Aufgabe?', 'question'],
  ])('%s: %s', async (text, kind) => {
    expect(await ask('flow_intent', Intent, { message: { text } })).toMatchObject({ kind })
  })
})

describe('a decision', () => {
  const Decision = z.object({ answer: z.string().nullable(), confidence: z.number(), why: z.string() })
  const decide = (question: string, answers: string[] | null, material: unknown) =>
    ask('flow_decision', Decision, {
      question: { question, step: 'x', flow: 'x', request: 'x' },
      answers: answers?.map((answer) => ({ answer, leads_to: null })) ?? null,
      material,
    })

  it('takes the one answer that stands in the material, and is sure of it', async () => {
    const decided = await decide('How urgent is it?', ['high', 'low'], { data: { priority: 'high' } })
    expect(decided).toMatchObject({ answer: 'high', confidence: expect.closeTo(0.92) })
  })

  it('says yes or no by what the question asks about', async () => {
    const material = { text: 'The guest wants a refund.' }
    expect(await decide('Is a refund wanted?', ['yes', 'no'], material)).toMatchObject({ answer: 'no' })
    expect(await decide('Refund?', ['yes', 'no'], material)).toMatchObject({ answer: 'yes' })
  })

  it('leaves it to a person where several answers stand there, or none', async () => {
    for (const material of ['high or low, who knows', 'nothing of the kind'])
      expect((await decide('How urgent?', ['high', 'low'], material)).confidence).toBeLessThan(0.5)
    expect(await decide('How urgent?', null, [])).toMatchObject({ answer: null })
  })

  it('answers freely with what the material says', async () => {
    const material = ['The pool opens at nine.', 'Breakfast is from seven.']
    expect(await decide('When is breakfast?', null, material)).toMatchObject({
      answer: 'Breakfast is from seven.',
    })
  })
})
