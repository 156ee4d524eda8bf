import { z } from 'zod'
import { never, VendorError } from '../../src/ops/errors.ts'
import type { DeskChange, DeskTicket, Instant } from '../../src/ports/index.ts'
import type { ZendeskClient } from './client.ts'
import { idPart, TicketAnswer, ticketOf } from './shapes.ts'

/**
 * Sends the whole change as one PUT. The answer has no reply and resolution times: those fields are null.
 * Throws VendorError: `vendor_conflict`, never to be retried, when the ticket changed since `expectedUpdatedAt`;
 * without it a conflict is a race about tags, and trying again is right.
 */
export async function updateTicket(
  client: ZendeskClient,
  ticketId: string,
  change: DeskChange,
  { marker, expectedUpdatedAt }: { marker: string; expectedUpdatedAt?: Instant },
): Promise<DeskTicket> {
  const path = `/api/v2/tickets/${idPart(ticketId)}.json`
  const tags = await tagsAfter(client, path, change)
  const ticket = {
    ...fieldsOf(change),
    ...(tags ? { tags: tags.wanted } : {}),
    // Left out, `public` would be what the ticket's first comment was.
    ...(change.comment ? { comment: { body: change.comment.text, public: change.comment.public } } : {}),
    ...safely(expectedUpdatedAt ?? tags?.readAt),
    metadata: { [MARKER_KEY]: marker },
  }
  const answer = await finalConflict(expectedUpdatedAt, () => client.put(path, { ticket }, TicketAnswer))
  const updated = ticketOf(answer.ticket, client.baseUrl)
  if (!updated)
    throw new VendorError({
      code: 'vendor_not_found',
      vendor: 'zendesk',
      retry: never,
      hint: `${path}: deleted`,
    })
  return updated
}

/** developer.zendesk.com/documentation/ticketing/managing-tickets/creating-and-updating-tickets#setting-metadata */
const MARKER_KEY = 'switchboard'

const AuditMetadata = z.object({ custom: z.object({ [MARKER_KEY]: z.string() }) })

/** The marker that an update of ours left in its audit. */
export function markerIn(auditMetadata: unknown): string | undefined {
  return AuditMetadata.safeParse(auditMetadata).data?.custom[MARKER_KEY]
}

/**
 * All tags that the ticket will have; undefined when it has them already. A PUT replaces the list, and
 * the tags endpoints would be two more writes that could be left half done, so: read, then write only if nothing
 * moved in between. Zendesk compares whole seconds: a tag that somebody adds in the very second can be lost.
 */
async function tagsAfter(client: ZendeskClient, path: string, change: DeskChange) {
  const add = (change.addTags ?? []).map((tag) => tag.toLowerCase())
  const remove = (change.removeTags ?? []).map((tag) => tag.toLowerCase())
  if (add.length + remove.length === 0) return undefined
  const { ticket } = await client.get(path, {}, TicketAnswer)
  const wanted = [...new Set([...ticket.tags, ...add])].filter((tag) => !remove.includes(tag))
  const same = wanted.length === ticket.tags.length && wanted.every((tag) => ticket.tags.includes(tag))
  return same ? undefined : { wanted, readAt: ticket.updated_at }
}

function fieldsOf(change: DeskChange) {
  return {
    ...(change.status === undefined ? {} : { status: change.status }),
    ...(change.assigneeId === undefined ? {} : { assignee_id: numberOrNull(change.assigneeId) }),
    ...(change.groupId === undefined ? {} : { group_id: numberOrNull(change.groupId) }),
    ...(change.fields
      ? {
          custom_fields: Object.entries(change.fields).map(([id, value]) => ({
            id: Number(idPart(id)),
            value,
          })),
        }
      : {}),
  }
}

/** Refused with 409 when the ticket moved. Any value of `safe_update`, even false, would switch it on. */
function safely(readAt: Instant | undefined) {
  if (readAt === undefined) return {}
  return {
    safe_update: true,
    updated_stamp: `${new Date(seconds(readAt) * 1000).toISOString().slice(0, 19)}Z`,
  }
}

/** What was decided on an older ticket stays wrong however often it is sent; without that a 409 is a mere race. */
async function finalConflict<T>(expectedUpdatedAt: Instant | undefined, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (
      expectedUpdatedAt === undefined ||
      !(error instanceof VendorError) ||
      error.code !== 'vendor_conflict'
    )
      throw error
    throw new VendorError({ code: error.code, vendor: error.vendor, retry: never, hint: error.hint }, error)
  }
}

function numberOrNull(id: string | null): number | null {
  return id === null ? null : Number(idPart(id))
}

function seconds(at: Instant): number {
  return Math.floor(at / 1000)
}
