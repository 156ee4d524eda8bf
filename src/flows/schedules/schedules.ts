import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import type { Instant } from '../../ports/index.ts'
import type { FlowSchedulesTable, FlowsTable, Tx } from '../../store/index.ts'
import {
  changeSchedule,
  changeScheduleAsRead,
  deleteSchedule,
  getSchedule,
  insertSchedule,
} from '../../store/rows/flow-schedules.ts'
import type { OrgId, WorkQueue } from '../../work/index.ts'
import { checkStart, type StartDeps, startByRequest } from '../start-by-request.ts'
import { checkTimetable, localTime, nextTime, nextTimes } from './cron.ts'
import { missedPolicies } from './due.ts'
import { scheduleWork } from './schedule-work.ts'

export type ScheduleDeps = StartDeps & { queue: WorkQueue; defaultZone: string }

/** A schedule as it is asked for. */
export const ScheduleInput = z.object({
  name: z.string().min(1).max(200).describe('For people'),
  template: z.string().describe('Which template it starts'),
  params: z.record(z.string(), z.unknown()).default({}).describe("The template's, by name"),
  cron: z
    .string()
    .max(200)
    .describe('Minute, hour, day of month, month, day of week, like `0 9 * * MON-FRI`; no seconds'),
  zone: z.string().max(64).optional().describe("IANA name, like Europe/Berlin; the company's when not given"),
  missed: z
    .enum(missedPolicies)
    .default('run_once')
    .describe(
      'What becomes of times that passed while the hub was down: skip them, run_once for the last, run_all (100 at most)',
    ),
  enabled: z.boolean().default(true).describe('Whether it starts anything by itself'),
})
export type ScheduleInput = z.infer<typeof ScheduleInput>
export type ScheduleEdit = { [Field in keyof ScheduleInput]?: ScheduleInput[Field] | undefined }

/** Throws InputError: unknown template, parameters that do not fit it, a mistake in cron or zone. */
export async function createSchedule(
  deps: ScheduleDeps,
  org: OrgId,
  input: ScheduleInput,
  by: string,
): Promise<FlowSchedulesTable> {
  const { zone = deps.defaultZone, params, enabled, ...given } = input
  checkTimetable({ cron: input.cron, zone })
  await checkStart(deps.store.read, org, input)
  const now = deps.clock.now()
  const schedule: FlowSchedulesTable = {
    ...given,
    id: deps.newId('sch'),
    org,
    zone,
    params: JSON.stringify(params),
    enabled: Number(enabled),
    next_at: enabled ? nextTime({ cron: input.cron, zone }, now) : null,
    last_due_at: null,
    last_flow_id: null,
    last_error: null,
    last_note: null,
    created_by: by,
    created_at: now,
    updated_at: now,
  }
  await deps.store.write(async (tx) => {
    await tx.run(insertSchedule(schedule))
    await queueNext(deps.queue, tx, schedule)
  })
  return schedule
}

/** Times that passed under the old cron, or while it was off, are not made up for. Throws as `createSchedule`. */
export async function editSchedule(
  deps: ScheduleDeps,
  org: OrgId,
  id: string,
  { params, enabled, ...given }: ScheduleEdit,
): Promise<FlowSchedulesTable> {
  const before = await needSchedule(deps, org, id)
  const plain = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const schedule: FlowSchedulesTable = {
    ...before,
    ...plain,
    ...(params === undefined ? {} : { params: JSON.stringify(params) }),
    ...(enabled === undefined ? {} : { enabled: Number(enabled) }),
  }
  checkTimetable(schedule)
  // One whose template is gone can still be switched off, or be given another.
  if (given.template !== undefined || params !== undefined || enabled === true) {
    await checkStart(deps.store.read, org, { ...schedule, params: paramsOf(schedule) })
  }
  const isMoved =
    schedule.cron !== before.cron || schedule.zone !== before.zone || schedule.enabled !== before.enabled
  const now = deps.clock.now()
  const next = isMoved ? nextTime(schedule, now) : before.next_at
  const changed = {
    ...schedule,
    next_at: schedule.enabled === 1 ? next : null,
    updated_at: Math.max(now, before.updated_at + 1),
  }
  const { id: _id, org: _org, created_at: _at, created_by: _by, ...change } = changed
  await deps.store.write(async (tx) => {
    if (!(await changeScheduleAsRead(tx, before, change))) {
      throw new InputError('conflict', 'Somebody else changed it at the same moment.', { status: 409 })
    }
    await queueNext(deps.queue, tx, changed)
  })
  return changed
}

export async function removeSchedule(deps: ScheduleDeps, org: OrgId, id: string): Promise<void> {
  const removed = await deps.store.write((tx) => deleteSchedule(tx, org, id))
  if (!removed) throw unknownSchedule(id)
}

/** Starts a schedule's flow now, beside its times. Throws as starting a flow does. */
export async function runSchedule(
  deps: ScheduleDeps,
  org: OrgId,
  id: string,
  by: string,
): Promise<FlowsTable> {
  const schedule = await needSchedule(deps, org, id)
  const flow = await startOf(deps, org, schedule, { due: deps.clock.now(), by })
  await deps.store.write((tx) => changeSchedule(tx, org, id, { last_flow_id: flow.id }))
  return flow
}

export async function needSchedule(
  deps: Pick<ScheduleDeps, 'store'>,
  org: OrgId,
  id: string,
): Promise<FlowSchedulesTable> {
  const schedule = await getSchedule(deps.store.read, org, id)
  if (!schedule) throw unknownSchedule(id)
  return schedule
}

/** Starts the flow of a schedule. Under a key there is one flow for each of its times. */
export function startOf(
  deps: StartDeps,
  org: OrgId,
  schedule: FlowSchedulesTable,
  { due, by, key }: { due: Instant; by: string; key?: string },
): Promise<FlowsTable> {
  const { id, name, zone } = schedule
  return startByRequest(deps, org, {
    template: schedule.template,
    params: paramsOf(schedule),
    by,
    from: `schedule ${id}`,
    context: { schedule: { id, name, due: localTime(due, zone) } },
    ...(key === undefined ? {} : { key }),
  })
}

/** Its one row of work: it wakes when the next time is due. */
export async function queueNext(
  queue: WorkQueue,
  tx: Tx,
  { id, org, next_at: runAt }: Pick<FlowSchedulesTable, 'id' | 'org' | 'next_at'>,
): Promise<void> {
  if (runAt !== null) await queue.add(tx, scheduleWork, { scheduleId: id }, { org, runAt, unique: id })
}

/** As the API shows it: with its next five times, and what keeps it from starting. */
export async function showSchedule(deps: ScheduleDeps, schedule: FlowSchedulesTable) {
  const { org, params, enabled, ...rest } = schedule
  const times = enabled === 1 ? nextTimes(schedule, deps.clock.now(), 5) : []
  return {
    ...rest,
    params: paramsOf(schedule),
    enabled: enabled === 1,
    next_times: times.map((at) => ({ at, local: localTime(at, schedule.zone) })),
    problem: await problemOf(deps, org, schedule),
  }
}

/** What has changed since it was saved, so that its next start would fail. */
async function problemOf(deps: ScheduleDeps, org: OrgId, schedule: FlowSchedulesTable) {
  try {
    await checkStart(deps.store.read, org, { ...schedule, params: paramsOf(schedule) })
    return null
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

const Params = z.record(z.string(), z.unknown())
export const paramsOf = ({ params }: { params: string }) => Params.parse(JSON.parse(params))

const unknownSchedule = (id: string) =>
  new InputError('unknown_schedule', `There is no schedule ${id}.`, { status: 404 })
