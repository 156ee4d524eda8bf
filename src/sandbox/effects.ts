import { postsByKey } from './rooms.ts'
import { TASKS } from './tasks.ts'
import type { WebhookCounters, World } from './world.ts'

/** What the hub did to the world, counted: each number under a key should be 1. */
export type Effects = {
  /** Mails accepted, not counting repeats that the idempotency key caught. */
  mails: { total: number; byKey: Record<string, number>; byPerson: Record<string, number> }
  calls: { total: number; byExternalId: Record<string, number>; byNumber: Record<string, number> }
  chat: { slack: Record<string, number>; discord: Record<string, number> }
  /** What the AI's account did at the desk: comments per ticket, and updates per marker in their metadata. */
  desk: {
    comments: number
    commentsByTicket: Record<string, number>
    updatesByMarker: Record<string, number>
  }
  /** At the task desk: the hub's comments that stand there, and its writes, not counting repeats under their keys. */
  tasks: { commentsByTask: Record<string, number>; writes: number }
  webhooks: Record<string, WebhookCounters>
}

export function countEffects(world: World): Effects {
  const mails: Effects['mails'] = { total: 0, byKey: {}, byPerson: {} }
  for (const mail of Object.values(world.mails)) {
    if (mail.direction !== 'sent') continue
    mails.total += 1
    if (mail.key !== null) add(mails.byKey, mail.key)
    if (mail.personId !== null) add(mails.byPerson, mail.personId)
  }
  const calls: Effects['calls'] = { total: 0, byExternalId: {}, byNumber: {} }
  for (const call of Object.values(world.calls)) {
    calls.total += 1
    if (call.externalId !== null) add(calls.byExternalId, call.externalId)
    add(calls.byNumber, call.to)
  }
  const desk: Effects['desk'] = { comments: 0, commentsByTicket: {}, updatesByMarker: {} }
  for (const ticket of Object.values(world.tickets)) {
    for (const comment of ticket.comments) {
      if (comment.authorId !== world.desk.aiAgentId) continue
      desk.comments += 1
      add(desk.commentsByTicket, ticket.id)
    }
    for (const { custom } of ticket.audits)
      for (const marker of Object.values(custom))
        if (typeof marker === 'string') add(desk.updatesByMarker, marker)
  }
  const tasks: Effects['tasks'] = { commentsByTask: {}, writes: Object.keys(world.taskTracker.keys).length }
  for (const { id, comments } of Object.values(world.taskTracker.tasks))
    for (const { by } of comments) if (by === TASKS.account) add(tasks.commentsByTask, id)
  return {
    mails,
    calls,
    chat: {
      slack: Object.fromEntries(postsByKey(world.chat.slack)),
      discord: Object.fromEntries(postsByKey(world.chat.discord)),
    },
    desk,
    tasks,
    webhooks: world.webhooks,
  }
}

function add(counts: Record<string, number>, key: string) {
  counts[key] = (counts[key] ?? 0) + 1
}
