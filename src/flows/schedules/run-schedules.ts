import { InputError, messageOf } from '../../ops/errors.ts'
import type { Instant } from '../../ports/index.ts'
import type { NewEscalation } from '../../skills/index.ts'
import type { FlowSchedulesTable, Tx } from '../../store/index.ts'
import { changeScheduleAsRead, getSchedule, type ScheduleChange } from '../../store/rows/flow-schedules.ts'
import { defineWork, type OrgId } from '../../work/index.ts'
import { nextTime } from './cron.ts'
import { type MissedPolicy, missedPolicies, roundAt } from './due.ts'
import { scheduleWork } from './schedule-work.ts'
import { queueNext, type ScheduleDeps, startOf } from './schedules.ts'

type Deps = ScheduleDeps & { escalate: (tx: Tx, org: OrgId, escalation: NewEscalation) => Promise<string> }

/** Why a flow was not started; `report`: not what happens in the usual run of things. */
type Failure = { error: string; report: boolean }

/**
 * Starts what is due of a schedule, each time once, and goes to sleep until the next one. A start that is refused
 * is noted and does not stop the schedule; a fault that may pass is tried again for some minutes.
 */
export function runSchedules(deps: Deps) {
  const { store, clock, queue } = deps
  return defineWork({
    ...scheduleWork,
    retry: { attempts: 5, firstDelayMs: 10_000, factor: 3 },
    async run({ scheduleId }, job) {
      const schedule = await getSchedule(store.read, job.org, scheduleId)
      const due = schedule?.next_at ?? null
      if (!schedule || due === null) return undefined
      const now = clock.now()
      if (now < due) {
        // Its times were moved since this row was written.
        await store.write((tx) => queueNext(queue, tx, schedule))
        return undefined
      }
      const missed = policy(schedule.missed)
      const { start, next, note } = roundAt({ ...schedule, missed }, due, now, job.attempt > 1)
      const failures: Failure[] = []
      let flowId = schedule.last_flow_id
      for (const at of start) {
        const started = await tryStart(job.org, schedule, at)
        if (typeof started === 'string') flowId = started
        else failures.push(started)
      }
      await store.write((tx) =>
        finish(tx, schedule, failures, {
          next_at: next,
          last_due_at: start.at(-1) ?? schedule.last_due_at,
          last_flow_id: flowId,
          last_error: errorText(failures, start.length),
          last_note: note,
        }),
      )
      return undefined
    },
    async dead(tx, { scheduleId }, error, job) {
      const schedule = await getSchedule(tx, job.org, scheduleId)
      if (!schedule || schedule.next_at === null) return
      const change = { next_at: nextTime(schedule, clock.now()), last_due_at: schedule.next_at }
      await finish(tx, schedule, [], { ...change, last_error: messageOf(error) })
    },
  })

  /** @returns the id of the flow, or why there is none. */
  async function tryStart(org: OrgId, schedule: FlowSchedulesTable, due: Instant): Promise<string | Failure> {
    try {
      const by = schedule.created_by
      const { id } = await startOf(deps, org, schedule, { due, by, key: `schedule:${schedule.id}:${due}` })
      return id
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      // The flow of the time before is still under way: that is for whoever set the times.
      return { error: error.message, report: error.code !== 'conflict' }
    }
  }

  async function finish(
    tx: Tx,
    schedule: FlowSchedulesTable,
    failures: Failure[],
    change: ScheduleChange & { next_at: Instant | null },
  ) {
    // Whoever changed it meanwhile has put its next time into the queue.
    if (!(await changeScheduleAsRead(tx, schedule, change))) return
    await queueNext(queue, tx, { ...schedule, next_at: change.next_at })
    const toReport = failures.find(({ report }) => report)
    // The first failure in a row tells people; the others are on the schedule.
    if (!toReport || schedule.last_error !== null) return
    await deps.escalate(tx, schedule.org, {
      cause: `schedule_failed:${schedule.id}:${schedule.next_at}`,
      priority: 'normal',
      source: 'schedule_failed',
      reason: `The schedule "${schedule.name}" could not start its flow.`,
      brief: `Why: ${toReport.error}\nNext: mend the schedule ${schedule.id}; it goes on with its next time`,
    })
  }
}

const policy = (missed: string): MissedPolicy => missedPolicies.find((one) => one === missed) ?? 'run_once'

function errorText(failures: Failure[], tried: number): string | null {
  const last = failures.at(-1)
  if (!last) return null
  return tried === 1 ? last.error : `${failures.length} of ${tried} were not started: ${last.error}`
}
