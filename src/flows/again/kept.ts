import type { FlowStepsTable, FlowsTable } from '../../store/index.ts'
import type { StepOutcome } from '../outcome.ts'
import { StepSettings, settingsOf } from '../state.ts'

/** In a replay: what the earlier flow came to at this execution of the step, which stands instead of doing it again. */
export function keptOutcome(
  flow: Pick<FlowsTable, 'replay_of'>,
  step: Pick<FlowStepsTable, 'settings' | 'runs'>,
): StepOutcome | undefined {
  if (flow.replay_of === null) return undefined
  const { kept } = settingsOf(StepSettings, step)
  const before = kept?.results[step.runs]
  if (!kept || !before) return undefined
  const note = `kept from ${kept.flow}, not done again`
  return {
    kind: 'done',
    result: before.result,
    note,
    ...(before.learned ? { learned: before.learned } : {}),
  }
}
