import { z } from 'zod'
import { getEscalation } from '../../store/rows/cases.ts'
import { defineSkill } from '../define.ts'

export const createEscalation = defineSkill({
  name: 'create_escalation',
  title: 'Escalate to a person',
  description:
    'Puts a piece of work into the escalation queue, with its brief, and alerts the team. Does not change the ticket: hand_over_ticket does.',
  effect: 'write',
  input: z.object({
    priority: z
      .enum(['emergency', 'high', 'normal', 'low'])
      .describe(
        'emergency: danger; high: a person was asked for; normal: complaint or failure; low: routine',
      ),
    reason: z.string().min(1).describe('One sentence'),
    brief: z.string().describe('Why, what was tried, what was promised, what to do next'),
    source: z.string().default('flow'),
    ticket: z.string().nullable().default(null),
    customerId: z.string().nullable().default(null),
    callId: z.string().nullable().default(null),
  }),
  output: z.object({ escalationId: z.string() }),
  async run(input, act) {
    const escalationId = await act.hub.store.write((tx) =>
      act.hub.escalate(tx, act.org, { cause: act.cause, flowId: act.flowId, ...input }),
    )
    return { escalationId }
  },
  // The cause makes the escalation one.
  recheck: async () => ({ kind: 'repeat' }),
  async undo(_input, { escalationId }, { org, hub }) {
    const escalation = await getEscalation(hub.store.read, org, escalationId)
    if (!escalation) return { kind: 'impossible', why: 'The escalation is not there any more.' }
    if (escalation.status === 'resolved' || escalation.status === 'dismissed') {
      return { kind: 'impossible', why: `The escalation is ${escalation.status} already.` }
    }
    return {
      kind: 'skill',
      skill: 'dismiss_escalation',
      input: { escalationId, reason: 'what raised it was rolled back' },
      title: `Dismiss the escalation "${escalation.reason}"`,
    }
  },
})
