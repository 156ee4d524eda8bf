import type { Prices } from '../../ai/index.ts'
import type { EffectClass } from '../../skills/index.ts'
import type { Executor } from '../../store/index.ts'
import { recentModelRuns } from '../../store/rows/cases.ts'
import { classOfStep, type EffectsOf } from '../checks/contacts.ts'
import { DEPTH_MAX } from '../create.ts'
import type { StepDefinition, StepType } from '../definition.ts'

/** How a plan is shown: what each step does at most, and what all of it may cost. */
export type PlanView = {
  title: string
  effects: { reads: number; writes: number; contacts: number }
  /** US dollars; null where a price is not known. */
  estimated_cost_usd: number | null
  estimated_tokens: number
  steps: {
    position: number
    name: string
    title: string
    type: StepType
    skill: string | null
    effect: EffectClass | null
    cost_usd: number | null
  }[]
}

/** What one question to the model takes: tokens, and US dollars where the price is known. */
export type ModelCost = { tokens: number; usd: number | null }

/** Before anything is known of a prompt. */
const USUAL = { input: 2_000, output: 400 }
const RUNS_LOOKED_AT = 300

/** What asking with a prompt cost lately, by the prompt's name; else what it usually takes, at the model's price. */
export async function modelCosts(
  read: Executor,
  org: string,
  { prices, model }: { prices: Prices; model: string | null },
): Promise<(prompt: string) => ModelCost> {
  const runs = await recentModelRuns(read, org, RUNS_LOOKED_AT)
  const price = model === null ? undefined : prices[model]
  const usual: ModelCost = {
    tokens: USUAL.input + USUAL.output,
    usd: price ? (USUAL.input * price.input + USUAL.output * price.output) / 1_000_000 : null,
  }
  return (prompt) => {
    const past = runs.filter((run) => run.prompt.startsWith(`${prompt}@`))
    if (past.length === 0) return usual
    const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
    const known = past.flatMap(({ cost_usd }) => (cost_usd === null ? [] : [cost_usd]))
    return {
      tokens: Math.round(mean(past.map((run) => run.input_tokens + run.output_tokens))),
      usd: known.length > 0 ? mean(known) : usual.usd,
    }
  }
}

/** A plan as people look at it before it acts. */
export function viewOf(
  title: string,
  steps: readonly StepDefinition[],
  of: EffectsOf,
  costOf: (prompt: string) => ModelCost,
): PlanView {
  const costs = stepCosts(of, costOf)
  const shown = steps.map((step, position) => ({
    position,
    name: step.name,
    title: step.title,
    type: step.type,
    skill: step.type === 'tool_call' ? step.skill : null,
    effect: classOfStep(step, of),
    ...costs.ofStep(step, 0),
  }))
  const count = (effect: EffectClass) => shown.filter((step) => step.effect === effect).length
  return {
    title,
    effects: { reads: count('read'), writes: count('write'), contacts: count('contact') },
    estimated_cost_usd: sum(shown.map(({ usd }) => usd)),
    estimated_tokens: shown.reduce((total, { tokens }) => total + tokens, 0),
    steps: shown.map(({ usd, tokens: _, ...step }) => ({ ...step, cost_usd: usd })),
  }
}

const NOTHING: ModelCost = { usd: 0, tokens: 0 }

/** Branches and sub-flows once each: how often a loop goes round is not known. */
function stepCosts(of: EffectsOf, costOf: (prompt: string) => ModelCost) {
  /** By template and depth: named a hundred times by templates that are named a hundred times, it is added up once. */
  const known = new Map<string, ModelCost>()

  function ofStep(step: StepDefinition, depth: number): ModelCost {
    switch (step.type) {
      case 'tool_call': {
        const skill = of.skill(step.skill)
        const asked = skill?.asks === undefined ? NOTHING : costOf(skill.asks)
        return { usd: sum([skill?.costUsd ?? 0, asked.usd]), tokens: asked.tokens }
      }
      case 'ai_decision':
        return step.question === undefined ? NOTHING : costOf('flow_decision')
      case 'parallel':
        return ofAll(
          step.branches.flatMap(({ steps }) => steps),
          depth,
        )
      case 'sub_flow':
        return ofTemplate(step.template, depth + 1)
      default:
        return NOTHING
    }
  }

  function ofTemplate(name: string, depth: number): ModelCost {
    if (depth > DEPTH_MAX) return NOTHING
    const key = `${depth} ${name}`
    const cost = known.get(key) ?? ofAll(of.template(name)?.steps ?? [], depth)
    known.set(key, cost)
    return cost
  }

  function ofAll(steps: readonly StepDefinition[], depth: number): ModelCost {
    const costs = steps.map((one) => ofStep(one, depth))
    return {
      usd: sum(costs.map(({ usd }) => usd)),
      tokens: costs.reduce((total, { tokens }) => total + tokens, 0),
    }
  }

  return { ofStep }
}

/** One that is not known makes the sum unknown. */
function sum(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (total, one) => (total === null || one === null ? null : total + one),
    0,
  )
}

const LINES_MAX = 30
const EFFECT_WORDS: Record<EffectClass, string> = {
  read: 'looks up',
  write: 'changes',
  contact: 'reaches the customer',
}

/** A plan in words, for the question whether it may go on. */
export function planInWords(view: PlanView): string {
  const lines = view.steps.map(({ position, title, effect }) => {
    const does = effect === null ? '' : ` (${EFFECT_WORDS[effect]})`
    return `${position + 1}. ${plain(title)}${does}`
  })
  const more = lines.length - LINES_MAX
  const { reads, writes, contacts } = view.effects
  const cost =
    view.estimated_cost_usd === null
      ? 'not known: no price is set for the model'
      : `about ${view.estimated_cost_usd.toFixed(2)} USD`
  return [
    `The plan "${plain(view.title)}":`,
    ...lines.slice(0, LINES_MAX),
    ...(more > 0 ? [`… and ${more} more`] : []),
    `It looks up ${reads}, changes ${writes} and reaches customers ${contacts} times. Cost: ${cost}.`,
    'Go on?',
  ].join('\n')
}

/** A title's own braces are no mapping. */
const plain = (title: string) => title.replaceAll('{{', '{').slice(0, 80)
