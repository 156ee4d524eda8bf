import { type Executor, type FlowSchedulesTable, insertInto, prepared, qb, type Tx } from '../index.ts'

/** Templates that start by the clock. */

export const insertSchedule = insertInto('flow_schedules', [
  'id',
  'org',
  'name',
  'template',
  'params',
  'cron',
  'zone',
  'missed',
  'enabled',
  'next_at',
  'last_due_at',
  'last_flow_id',
  'last_error',
  'last_note',
  'created_by',
  'created_at',
  'updated_at',
])

const scheduleById = prepared<{ org: string; id: string }, FlowSchedulesTable>((p) =>
  qb.selectFrom('flow_schedules').selectAll().where('org', '=', p.org).where('id', '=', p.id),
)

export const getSchedule = (read: Executor, org: string, id: string) => read.first(scheduleById({ org, id }))

export function listSchedules(
  read: Executor,
  org: string,
  page: { limit: number; before?: string },
): Promise<FlowSchedulesTable[]> {
  let query = qb.selectFrom('flow_schedules').selectAll().where('org', '=', org)
  if (page.before) query = query.where('id', '<', page.before)
  return read.all(query.orderBy('id', 'desc').limit(page.limit))
}

export type ScheduleChange = Partial<Omit<FlowSchedulesTable, 'id' | 'org' | 'created_by' | 'created_at'>>

export async function changeSchedule(tx: Tx, org: string, id: string, change: ScheduleChange): Promise<void> {
  await tx.run(qb.updateTable('flow_schedules').set(change).where('org', '=', org).where('id', '=', id))
}

/** @returns false when the schedule was changed or removed since it was read; then nothing is written. */
export async function changeScheduleAsRead(
  tx: Tx,
  schedule: Pick<FlowSchedulesTable, 'org' | 'id' | 'updated_at'>,
  change: ScheduleChange,
): Promise<boolean> {
  const changed = await tx.run(
    qb
      .updateTable('flow_schedules')
      .set(change)
      .where('org', '=', schedule.org)
      .where('id', '=', schedule.id)
      .where('updated_at', '=', schedule.updated_at),
  )
  return changed > 0
}

/** @returns false when there was none. */
export async function deleteSchedule(tx: Tx, org: string, id: string): Promise<boolean> {
  return (await tx.run(qb.deleteFrom('flow_schedules').where('org', '=', org).where('id', '=', id))) > 0
}
