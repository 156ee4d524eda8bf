import type { Metrics } from '../ops/metrics.ts'
import type { Store } from '../store/index.ts'
import { insertAiAction, insertModelRun } from '../store/rows/cases.ts'
import { spend } from '../store/rows/flow-family.ts'
import type { AiAction, ModelRun } from './runs.ts'

/** Keeps what the AI did: every attempt at asking a model, and the action log for people. */
export function createRecorder(deps: {
  store: Store
  newId: (prefix: string) => string
  org: string
  metrics: Pick<Metrics, 'modelCalls' | 'modelSeconds' | 'modelTokens'>
}) {
  const { store, newId, org, metrics } = deps
  return {
    async note(action: AiAction): Promise<void> {
      await store.write((tx) =>
        tx.run(
          insertAiAction({
            id: newId('act'),
            org,
            event_type: action.type,
            case_id: action.caseId,
            customer_id: null,
            flow_id: null,
            data: JSON.stringify(action.detail),
            at: action.at,
          }),
        ),
      )
    },
    async record(run: ModelRun): Promise<void> {
      const { provider } = run
      metrics.modelCalls.inc({ prompt: run.prompt, provider, outcome: run.outcome })
      metrics.modelSeconds.observe({ provider }, run.latencyMs / 1_000)
      metrics.modelTokens.inc({ provider, direction: 'input' }, run.inputTokens ?? 0)
      metrics.modelTokens.inc({ provider, direction: 'output' }, run.outputTokens ?? 0)
      await store.write(async (tx) => {
        await tx.run(
          insertModelRun({
            id: run.id,
            org,
            purpose: run.purpose,
            prompt: `${run.prompt}@${run.promptVersion}`,
            provider,
            model: run.model,
            input_tokens: run.inputTokens ?? 0,
            output_tokens: run.outputTokens ?? 0,
            cost_usd: run.costUsd,
            latency_ms: run.latencyMs,
            outcome: run.outcome,
            error: run.error,
            case_id: run.caseId,
            flow_id: run.flowId,
            at: run.at,
          }),
        )
        if (run.flowId !== null) {
          await spend(tx, run.flowId, run.costUsd ?? 0, (run.inputTokens ?? 0) + (run.outputTokens ?? 0))
        }
      })
    },
  }
}
