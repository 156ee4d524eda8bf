import { z } from 'zod'
import type { FlowStepsTable } from '../../store/index.ts'
import { BRINGING } from '../decide/source.ts'

const Settings = z.looseObject({
  decision: z.string().optional(),
  of: z.string().optional(),
  question: z.string().optional(),
})

/** The step at which a decision looks that names none: the last one before it that brings something. */
export function sourceOfDecision(
  step: Pick<FlowStepsTable, 'type' | 'settings' | 'position'>,
  steps: readonly FlowStepsTable[],
): number | undefined {
  if (step.type !== 'ai_decision') return undefined
  const { decision, of } = Settings.parse(JSON.parse(step.settings))
  if (decision !== undefined || of !== undefined) return undefined
  return steps.findLast(({ type, position }) => position < step.position && BRINGING.has(type))?.position
}

/** A decision that would look at a step which is put in between names the one that it looks at now. */
export function pinned(
  step: FlowStepsTable,
  steps: readonly FlowStepsTable[],
  at: number,
  type: string,
): FlowStepsTable {
  const source = BRINGING.has(type) && step.position >= at ? sourceOfDecision(step, steps) : undefined
  if (source === undefined || source >= at) return step
  const settings = { ...JSON.parse(step.settings), of: `{{steps.${source}.result}}` }
  return { ...step, settings: JSON.stringify(settings) }
}
