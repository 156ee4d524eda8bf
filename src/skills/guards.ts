import { z } from 'zod'
import { InputError, Refused } from '../ops/errors.ts'
import type { Tx } from '../store/index.ts'
import { flowStatus } from '../store/rows/flow-children.ts'
import { fenceOf } from '../store/rows/tickets.ts'
import type { Occasion, Skill } from './define.ts'

/** What was prepared under an older fence must not go out: a person took the ticket meanwhile. */
export async function checkFence(tx: Tx, skill: Skill, input: unknown, occasion: Occasion): Promise<void> {
  const ticket = skill.ticketOf?.(input)
  if (!ticket || occasion.fence === null) return
  const fence = await fenceOf(tx, occasion.org, ticket)
  if (fence !== undefined && fence !== occasion.fence) {
    throw new Refused('fence', `${ticket} was taken over by a person; "${skill.title}" was not carried out.`)
  }
}

/** What a step was about to do when its flow was cancelled is not done any more. */
export async function checkFlow(tx: Tx, skill: Skill, { org, flowId, cause }: Occasion): Promise<void> {
  if (flowId === null || !cause.startsWith(`flow:${flowId}:`)) return
  if ((await flowStatus(tx, org, flowId)) !== 'cancelled') return
  throw new Refused('cancelled', `Flow ${flowId} was cancelled; "${skill.title}" was not carried out.`)
}

/** What was given, by the skill's own schema. Throws InputError with the path of every mistake. */
export function parseInput(skill: Skill, given: unknown): unknown {
  const parsed = skill.input.safeParse(given)
  if (parsed.success) return parsed.data
  throw new InputError(
    'bad_input',
    `The input of ${skill.name} does not fit: ${z.prettifyError(parsed.error)}`,
    {
      issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    },
  )
}
