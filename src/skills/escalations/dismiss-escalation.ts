import { z } from 'zod'
import { defineSkill } from '../define.ts'

export const dismissEscalation = defineSkill({
  name: 'dismiss_escalation',
  title: 'Dismiss an escalation',
  description: 'Takes an escalation that nobody has to work on out of the queue, with the reason.',
  effect: 'write',
  input: z.object({
    escalationId: z.string().describe('Which escalation, like esc_…'),
    reason: z.string().min(1).describe('Why nobody has to work on it'),
  }),
  output: z.object({ escalationId: z.string(), status: z.literal('dismissed') }),
  async run({ escalationId, reason }, act) {
    await act.hub.dismissEscalation(act.org, escalationId, reason)
    return { escalationId, status: 'dismissed' as const }
  },
  // Dismissed for this very reason already: that was the try that was cut off.
  recheck: async () => ({ kind: 'repeat' }),
})
