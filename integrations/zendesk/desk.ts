import { z } from 'zod'
import { VendorError } from '../../src/ops/errors.ts'
import type { Desk, DeskHandover, Instant, PortDeps } from '../../src/ports/index.ts'
import { checkZendesk, LEGACY } from './check.ts'
import { createZendeskClient } from './client.ts'
import type { ZendeskConfig } from './index.ts'
import {
  Comment,
  commentOf,
  idPart,
  MetricSets,
  nextOf,
  PageMeta,
  personOf,
  Ticket,
  TicketAnswer,
  ticketOf,
  UserAnswer,
  Users,
} from './shapes.ts'
import { markerIn, updateTicket } from './update.ts'

const PAGE_MAX = 100

/** The export refuses a start less than a minute ago; a few seconds more for clocks that differ. */
const EXPORT_LAG_MS = 65_000

/** How many of a ticket's newest audits are searched for a marker. */
const AUDITS_SEARCHED = 100

const TicketsPage = z.object({ tickets: z.array(Ticket), metric_sets: MetricSets, meta: PageMeta })
const CommentsPage = z.object({ comments: z.array(Comment), users: Users, meta: PageMeta })
const Audits = z.object({ audits: z.array(z.object({ metadata: z.unknown() })) })
const Export = z.object({
  tickets: z.array(Ticket),
  metric_sets: MetricSets,
  after_cursor: z.string().nullish(),
  end_of_stream: z.boolean(),
})

/**
 * The `Desk` port on Zendesk Support. An update is ONE PUT, tags included, so that a crash leaves all of it or
 * nothing. Its marker goes into the audit's custom metadata: people don't see it, and it's there without a
 * comment as well. A change that changes nothing makes no audit; repeating it is harmless.
 */
export function createZendeskDesk(config: ZendeskConfig, deps: PortDeps): Desk {
  const client = createZendeskClient(config, deps)
  if (client.authKind === 'api_token') deps.log.warn({ vendor: 'zendesk' }, LEGACY)

  return {
    name: 'zendesk',
    handover: handoverOf(config),

    getTicket: (id) =>
      unlessMissing(async () => {
        const answer = await client.get(
          `/api/v2/tickets/${idPart(id)}.json`,
          { include: 'metric_sets' },
          TicketAnswer,
        )
        return ticketOf(answer.ticket, client.baseUrl, answer.metric_sets)
      }),

    getPerson: (id) =>
      unlessMissing(async () => {
        const path = `/api/v2/users/${idPart(id)}.json`
        const { user, organizations } = await client.get(path, { include: 'organizations' }, UserAnswer)
        return personOf(user, id, organizations)
      }),

    async listComments(ticketId, { limit, cursor }) {
      const query = {
        sort: '-created_at',
        include: 'users',
        'page[size]': pageSize(limit),
        'page[after]': cursor,
      }
      const path = `/api/v2/tickets/${idPart(ticketId)}/comments.json`
      const { comments, users, meta } = await client.get(path, query, CommentsPage)
      return { items: comments.map((one) => commentOf(one, ticketId, users)), next: nextOf(meta) }
    },

    // Not the search API: that lags behind and stops at 1,000. Ids rise with time, so -id is newest first.
    async listTicketsOf(personId, { limit, cursor }) {
      const query = {
        sort: '-id',
        include: 'metric_sets',
        'page[size]': pageSize(limit),
        'page[after]': cursor,
      }
      const path = `/api/v2/users/${idPart(personId)}/tickets/requested.json`
      const { tickets, metric_sets, meta } = await client.get(path, query, TicketsPage)
      return { items: ticketsOf(tickets, client.baseUrl, metric_sets), next: nextOf(meta) }
    },

    async listChanges(from) {
      const start = 'cursor' in from ? startIn(from.cursor) : from.since
      const latest = deps.clock.now() - EXPORT_LAG_MS
      const query =
        start === undefined && 'cursor' in from
          ? { cursor: from.cursor }
          : { start_time: Math.max(0, Math.floor(Math.min(start ?? 0, latest) / 1000)) }
      const path = '/api/v2/incremental/tickets/cursor.json'
      const page = await client.get(path, { ...query, include: 'metric_sets' }, Export)
      return {
        tickets: ticketsOf(page.tickets, client.baseUrl, page.metric_sets),
        // An empty export may give no cursor: the next one then starts where this one did.
        cursor: page.after_cursor ?? ('cursor' in from ? from.cursor : startCursor(from.since)),
        more: !page.end_of_stream,
      }
    },

    update: (ticketId, change, options) => updateTicket(client, ticketId, change, options),

    async findMarked(ticketId, marker) {
      const path = `/api/v2/tickets/${idPart(ticketId)}/audits.json`
      const query = { sort: '-created_at', 'page[size]': AUDITS_SEARCHED }
      const found = await unlessMissing(() => client.get(path, query, Audits))
      return found?.audits.some(({ metadata }) => markerIn(metadata) === marker) ?? false
    },

    check: () => checkZendesk(client),
  }
}

function handoverOf(config: ZendeskConfig): DeskHandover {
  return {
    aiAssignee: config.ZENDESK_AI_ASSIGNEE ?? null,
    aiTag: 'ai_processing',
    escalation: {
      tag: config.ZENDESK_ESCALATION_TAG,
      label: config.ZENDESK_ESCALATION_VALUE,
      fieldId: config.ZENDESK_ESCALATION_FIELD ?? null,
      status: config.ZENDESK_ESCALATION_STATUS,
      groupId: config.ZENDESK_HUMAN_GROUP ?? null,
    },
  }
}

async function unlessMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof VendorError && error.code === 'vendor_not_found') return undefined
    throw error
  }
}

function ticketsOf(
  tickets: z.output<typeof Ticket>[],
  baseUrl: string,
  metricSets: z.output<typeof MetricSets>,
) {
  return tickets.map((one) => ticketOf(one, baseUrl, metricSets)).filter((one) => one !== undefined)
}

/** A cursor of ours, for when Zendesk has not given one yet. */
function startCursor(since: Instant): string {
  return `since:${since}`
}

function startIn(cursor: string): Instant | undefined {
  return cursor.startsWith('since:') ? Number(cursor.slice('since:'.length)) : undefined
}

function pageSize(limit: number): number {
  return Math.min(PAGE_MAX, Math.max(1, limit))
}
