import { z } from 'zod'

/** The row of work that wakes a schedule at its next time; what is due then is read from the schedule. */
export const scheduleWork = {
  kind: 'flow.schedule',
  payload: z.object({ scheduleId: z.string() }),
  key: ({ scheduleId }: { scheduleId: string }) => `schedule:${scheduleId}`,
}
