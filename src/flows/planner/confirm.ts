import { classOfStep, type EffectsOf } from '../checks/contacts.ts'
import { graphOf } from '../checks/graph.ts'
import { StepDefinition } from '../definition.ts'
import { mapGotos } from './gotos.ts'

const WITHIN = '24h'
const NAME = 'confirm_plan'

/**
 * The plan with a question before anything is changed or anybody is reached: right before the first such step,
 * or as late before it as every way to one still leads through the question. What only reads runs at once.
 * The same steps where nothing is changed.
 */
export function withConfirmation(
  steps: readonly StepDefinition[],
  of: EffectsOf,
  message: string,
): StepDefinition[] {
  const acting = new Set(
    steps.flatMap((step) => {
      const effect = classOfStep(step, of)
      return effect === 'write' || effect === 'contact' ? [step.name] : []
    }),
  )
  if (acting.size === 0) return [...steps]
  const guarded = ({ name, type }: StepDefinition) => acting.has(name) || type === 'approval'
  for (let at = steps.findIndex(guarded); at > 0; at -= 1) {
    if (looksBack(steps[at])) continue
    const asked = askedAt(steps, at, message)
    if (!comesToActUnasked(asked, guarded)) return asked
  }
  return askedAt(steps, 0, message)
}

/** It looks at the result of the step before it, and nothing may come between. */
const looksBack = (step: StepDefinition | undefined) =>
  step?.type === 'ai_decision' && step.decision === undefined && step.of === undefined

function askedAt(steps: readonly StepDefinition[], at: number, message: string): StepDefinition[] {
  const taken = new Set(steps.map(({ name }) => name))
  let name = NAME
  for (let more = 2; taken.has(name); more += 1) name = `${NAME}_${more}`
  const question = StepDefinition.parse({
    name,
    type: 'user_prompt',
    title: 'Go on with this plan?',
    prompt_type: 'confirm',
    message,
    within: WITHIN,
    default: 'no',
    on_no: 'end',
    confirms_plan: true,
  })
  const next = steps[at]?.name
  const before = steps.slice(0, at).map((step) => mapGotos(step, (to) => (to === next ? name : to)))
  return [...before, question, ...steps.slice(at)]
}

function comesToActUnasked(steps: readonly StepDefinition[], guarded: (step: StepDefinition) => boolean) {
  const { edges } = graphOf(steps)
  const seen = new Set<number>()
  const open = [0]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const step = steps[at]
    if (!step || seen.has(at)) continue
    seen.add(at)
    if (guarded(step)) return true
    const asks = step.type === 'user_prompt' && step.name.startsWith(NAME)
    for (const { to } of asks ? [] : (edges[at] ?? [])) open.push(to)
  }
  return false
}
