import { sql } from 'kysely'
import { type Executor, qb } from '../index.ts'

/** The desk's figures, from our mirror: of all customers, or of one requester. */
export type DeskFigures = {
  open: number
  byStatus: Record<string, number>
  byPriority: Record<string, number>
  /** Open tickets by age. */
  byAge: { under1d: number; under7d: number; under30d: number; older: number }
  /** Minutes; null where no ticket tells. */
  firstReplyMinutes: { average: number | null; tickets: number }
  resolutionMinutes: { average: number | null; tickets: number }
}

const DAY_MS = 86_400_000

export async function deskFigures(
  read: Executor,
  org: string,
  now: number,
  of: { desk?: string; requesterId?: string } = {},
): Promise<DeskFigures> {
  let tickets = qb.selectFrom('tickets').where('org', '=', org)
  if (of.desk) tickets = tickets.where('desk', '=', of.desk)
  if (of.requesterId) tickets = tickets.where('requester_id', '=', of.requesterId)
  const open = tickets.where('status', 'not in', ['solved', 'closed'])
  const count = sql<number>`count(*)`.as('n')
  const byStatus = await read.all(tickets.select(['status', count]).groupBy('status'))
  const byPriority = await read.all(open.select(['priority', count]).groupBy('priority'))
  const younger = (ms: number) =>
    sql<number>`coalesce(sum(case when created_at > ${now - ms} then 1 else 0 end), 0)`
  const ages = await read.first(
    open.select([
      count,
      younger(DAY_MS).as('day'),
      younger(7 * DAY_MS).as('week'),
      younger(30 * DAY_MS).as('month'),
    ]),
  )
  const times = await read.first(
    tickets.select([
      sql<number | null>`avg(first_reply_minutes)`.as('reply'),
      sql<number>`count(first_reply_minutes)`.as('replies'),
      sql<number | null>`avg(resolution_minutes)`.as('resolution'),
      sql<number>`count(resolution_minutes)`.as('resolutions'),
    ]),
  )
  const total = Number(ages?.n ?? 0)
  const [day, week, month] = [Number(ages?.day ?? 0), Number(ages?.week ?? 0), Number(ages?.month ?? 0)]
  const numberOrNull = (value: number | null | undefined) =>
    value === null || value === undefined ? null : Number(value)
  return {
    open: total,
    byStatus: Object.fromEntries(byStatus.map((row) => [row.status, Number(row.n)])),
    byPriority: Object.fromEntries(byPriority.map((row) => [row.priority ?? 'none', Number(row.n)])),
    byAge: { under1d: day, under7d: week - day, under30d: month - week, older: total - month },
    firstReplyMinutes: { average: numberOrNull(times?.reply), tickets: Number(times?.replies ?? 0) },
    resolutionMinutes: { average: numberOrNull(times?.resolution), tickets: Number(times?.resolutions ?? 0) },
  }
}
