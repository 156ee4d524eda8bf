import { z } from 'zod'
import { deskWritesOfEffect } from '../../store/rows/desk-writes.ts'
import { getTicket } from '../../store/rows/tickets.ts'
import type { Skill, Undo } from '../define.ts'
import { deskOfTicket } from './desk-of.ts'
import { inMirror, restoring, WrittenFields } from './restoring.ts'

const Tags = z.array(z.string())
const COMMENT_STAYS = 'A comment stays at the desk; add another one that corrects it.'

/** How a write to a ticket is taken back: by the ledger of what each field was before. */
export async function undoWrite(
  ticket: string,
  { hub, org, effectId }: Parameters<NonNullable<Skill['undo']>>[2],
): Promise<Undo> {
  const writes = await deskWritesOfEffect(hub.store.read, effectId)
  const of = (field: string) => writes.find((write) => write.field === field)
  const input: Record<string, unknown> = { ticket }
  for (const field of ['status', 'assigneeId', 'groupId'] as const) {
    const write = of(field)
    if (write && write.old_value !== write.new_value)
      input[field] = { from: write.new_value, to: write.old_value }
  }
  const tags = of('tags')
  if (tags) {
    const before = Tags.parse(JSON.parse(tags.old_value ?? '[]'))
    const after = Tags.parse(JSON.parse(tags.new_value ?? '[]'))
    const added = after.filter((tag) => !before.includes(tag))
    const removed = before.filter((tag) => !after.includes(tag))
    if (added.length + removed.length > 0) Object.assign(input, { addedTags: added, removedTags: removed })
  }
  if (Object.keys(input).length === 1) {
    const hasComment = of('internal_note') ?? of('public_comment')
    return { kind: 'impossible', why: hasComment ? COMMENT_STAYS : 'It changed nothing.' }
  }
  const mirror = await getTicket(hub.store.read, org, ticket)
  if (!mirror) return { kind: 'impossible', why: `${ticket} is not there any more.` }
  const { desk } = deskOfTicket(hub, ticket)
  const { restored, left } = restoring(WrittenFields.parse(input), inMirror(mirror), desk)
  if (restored.length === 0) {
    const why = left.map(({ field, why }) => `${field} ${why}`).join(', ')
    return { kind: 'impossible', why: `Somebody has changed ${ticket} since: ${why}.` }
  }
  return { kind: 'skill', skill: 'restore_ticket', input, title: `Put ${ticket} back: ${inWords(input)}` }
}

/** `status solved → open, tags -ai_escalated`. */
function inWords(input: Record<string, unknown>): string {
  const Change = z.object({ from: z.string().nullable(), to: z.string().nullable() })
  const changes = (['status', 'assigneeId', 'groupId'] as const).flatMap((field) => {
    const change = Change.safeParse(input[field])
    return change.success ? [`${field} ${change.data.from ?? 'nobody'} → ${change.data.to ?? 'nobody'}`] : []
  })
  const signed = (key: string, sign: string) =>
    Tags.catch([])
      .parse(input[key])
      .map((tag) => `${sign}${tag}`)
  const tags = [...signed('addedTags', '-'), ...signed('removedTags', '+')]
  return [...changes, ...(tags.length > 0 ? [`tags ${tags.join(' ')}`] : [])].join(', ')
}
