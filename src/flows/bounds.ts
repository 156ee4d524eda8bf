import { z } from 'zod'
import type { FlowsTable } from '../store/index.ts'
import { type Bounds, durationMs } from './definition.ts'
import { confirmOptions, type Prompt, promptDefaults } from './prompt.ts'

/** What a flow may use up before it pauses: steps executed, US dollars, model tokens, milliseconds since it started. */
export type FlowBounds = { steps: number; usd: number; tokens: number; wallMs: number }

export type Bound = keyof FlowBounds

const Own = z.object({ steps: z.number(), usd: z.number(), tokens: z.number(), wallMs: z.number() }).partial()

/** As configured where nobody configures: far beyond what the templates need, so that only what has gone wrong gets here. */
export const defaultBounds: FlowBounds = { steps: 500, usd: 5, tokens: 500_000, wallMs: 60 * 86_400_000 }

/** A template's own bounds in the units of the engine. What it leaves open is the configuration's. */
export function ownBounds({ wall, ...rest }: Partial<Bounds>): Partial<FlowBounds> {
  const wallMs = durationMs(wall)
  return { ...rest, ...(wallMs === undefined ? {} : { wallMs }) }
}

/** What holds for a flow that begins: its own bounds, none above what is configured; as its row keeps them. */
export function boundsAtStart({ bounds }: Pick<FlowsTable, 'bounds'>, most: FlowBounds): string {
  if (bounds === '{}') return JSON.stringify(most)
  const own = Own.parse(JSON.parse(bounds))
  const lower = (bound: Bound) => Math.min(own[bound] ?? most[bound], most[bound])
  const all = { steps: lower('steps'), usd: lower('usd'), tokens: lower('tokens'), wallMs: lower('wallMs') }
  return JSON.stringify(all)
}

/** The first bound that a flow and those below it have reached, with what they used. Asked before each step. */
export function boundReached(
  flow: Pick<
    FlowsTable,
    'bounds' | 'steps_executed' | 'steps_below' | 'spent_usd' | 'spent_tokens' | 'started_at'
  >,
  now: number,
): { bound: Bound; used: number; most: number } | undefined {
  const bounds = boundsOf(flow)
  const used: FlowBounds = {
    steps: flow.steps_executed + flow.steps_below,
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
export function boundPrompt(
  reached: { bound: Bound; used: number; most: number },
  step: AskedBefore,
  now: number,
): Prompt {
  const { prompt, user_response } = step
  return {
    ...promptDefaults,
    type: 'confirm',
    message: `${boundText(reached)} May it use as much again?`,
    options: [...confirmOptions],
    why: 'bound',
    given: user_response === null ? {} : { prompt, user_response },
    bound: { bound: reached.bound, used: reached.used },
    asked_at: now,
    until: now + ANSWER_WITHIN_MS,
    otherwise: 'the flow fails, and can be retried',
  }
}

const AskedBefore = z.object({
  prompt: z.string().nullable().default(null),
  user_response: z.string().nullable().default(null),
})
type AskedBefore = z.infer<typeof AskedBefore>

/** What a step had asked, and was answered, before its flow reached a bound: nobody is asked that again. */
export const askedBefore = ({ given }: Pick<Prompt, 'given'>): AskedBefore => AskedBefore.parse(given)

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
    lastBounds = { ...defaultBounds, ...Own.parse(JSON.parse(bounds)) }
    lastText = bounds
  }
  return lastBounds
}
