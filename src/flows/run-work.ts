import { z } from 'zod'
import type { WorkKind } from '../work/index.ts'

/**
 * The work that carries a flow on, as others put it into the queue; the engine adds its `run`.
 * Two runs of one flow never overlap: the key.
 */
export const runFlowWork = {
  kind: 'flow.run',
  payload: z.object({ flowId: z.string() }),
  key: ({ flowId }: { flowId: string }) => `flow:${flowId}`,
} satisfies Partial<WorkKind<{ flowId: string }>>
