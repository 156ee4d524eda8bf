import type { FlowsTable } from '../store/index.ts'
import { type Bounds, durationMs } from './definition.ts'
import { confirmOptions, type Prompt } from './prompt.ts'

/** What a flow may use up before it pauses: steps executed, US dollars, model tokens, milliseconds since it started. */
export type FlowBounds = { steps: number; usd: number; tokens: number; wallMs: number }

export type Bound = keyof FlowBounds

/** Far beyond what the templates need, so that only what has gone wrong gets here. */
export const defaultBounds: FlowBounds = { steps: 500, usd: 5, tokens: 500_000, wallMs: 60 * 86_400_000 }

/** A template's own bounds where it names any, in the units of the engine. */
export function withDefaults(bounds: Partial<Bounds>): FlowBounds {
  const { wall, ...rest } = bounds
  return { ...defaultBounds, ...rest, wallMs: durationMs(wall) ?? defaultBounds.wallMs }
}

/** The first bound that a flow has reached, with what it used. Asked before each step. */
export function boundReached(
  flow: Pick<FlowsTable, 'bounds' | 'steps_executed' | 'spent_usd' | 'spent_tokens' | 'started_at'>,
  now: number,
): { bound: Bound; used: number; most: number } | undefined {
  const bounds = boundsOf(flow)
  const used: FlowBounds = {
    steps: flow.steps_executed,
    usd: flow.spent_usd,
    tokens: flow.spent_tokens,
    wallMs: flow.started_at === null ? 0 : now - flow.started_at,
  }
  for (const bound of ['steps', 'usd', 'tokens', 'wallMs'] as const) {
    if (used[bound] > bounds[bound]) return { bound, used: used[bound], most: bounds[bound] }
  }
  return undefined
}

/** The bounds with room again above what is used: what a person's "go on" means. */
export function raised(
  flow: Pick<FlowsTable, 'bounds'>,
  reached: { bound: Bound; used: number },
): FlowBounds {
  const bounds = boundsOf(flow)
  return { ...bounds, [reached.bound]: Math.max(bounds[reached.bound], reached.used) * 2 }
}

const ANSWER_WITHIN_MS = 24 * 3_600_000

/** What a person is asked about a flow that used up a bound: whether it may use as much again. */
export function boundPrompt(reached: { bound: Bound; used: number; most: number }, now: number): Prompt {
  return {
    type: 'confirm',
    message: `${boundText(reached)} May it use as much again?`,
    options: [...confirmOptions],
    check: null,
    why: 'bound',
    param: null,
    given: {},
    bound: { bound: reached.bound, used: reached.used },
    role: 'agent',
    assigned_to: null,
    asked_at: now,
    until: now + ANSWER_WITHIN_MS,
    remind_at: null,
    reminded: false,
    otherwise: 'the flow fails, and can be retried',
    default: null,
  }
}

/** In words, as the card of a paused flow says it. */
export function boundText({ bound, used, most }: { bound: Bound; used: number; most: number }): string {
  switch (bound) {
    case 'steps':
      return `It has executed ${used - 1} steps; ${most} are allowed.`
    case 'usd':
      return `It has cost ${used.toFixed(2)} USD; ${most.toFixed(2)} USD are allowed.`
    case 'tokens':
      return `It has used ${used} model tokens; ${most} are allowed.`
    case 'wallMs':
      return `It has taken ${hours(used)} since it started; ${hours(most)} are allowed.`
  }
}

const hours = (ms: number) => `${(ms / 3_600_000).toFixed(1)} h`

let lastText = ''
let lastBounds = defaultBounds
/** Most flows in a row have the same bounds: parsed once. */
export function boundsOf({ bounds }: Pick<FlowsTable, 'bounds'>): FlowBounds {
  if (bounds !== lastText) {
    lastBounds = { ...defaultBounds, ...(JSON.parse(bounds) as Partial<FlowBounds>) }
    lastText = bounds
  }
  return lastBounds
}
