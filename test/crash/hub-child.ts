import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { shiftedClock } from '../../src/ops/clock.ts'
import { startHub } from '../../src/start.ts'
import { nextRunAtBut } from '../../src/work/index.ts'

/**
 * A hub in a process of its own, against stand-ins in the process of the test. Where a list of points is given,
 * it kills itself, as a power cut would, at the first point that no earlier process died at.
 */

const { env, diedAtFile, dieAt, aheadMs } = z
  .object({
    env: z.record(z.string(), z.string()),
    diedAtFile: z.string(),
    /** Patterns of points like `step send_mail before`, `effect send_email answered`, `start schedule`. */
    dieAt: z.array(z.string()),
    /** How far the stand-ins' clock is ahead: webhooks of another time are refused. */
    aheadMs: z.number(),
  })
  .parse(JSON.parse(process.env.CRASH_TEST ?? ''))

const diedAt = new Set(existsSync(diedAtFile) ? readFileSync(diedAtFile, 'utf8').split('\n') : [])
const patterns = dieAt.map((pattern) => new RegExp(pattern))

function passes(point: string) {
  if (diedAt.has(point) || !patterns.some((pattern) => pattern.test(point))) return
  appendFileSync(diedAtFile, `${point}\n`)
  process.kill(process.pid, 'SIGKILL')
}

const clock = shiftedClock()
clock.advance(aheadMs)
const running = await startHub({
  clock,
  env: {
    HOST: '127.0.0.1',
    LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
    APPROVE_CONTACTS: 'never',
    QUIET_HOURS: 'none',
    CONTACT_DAILY_CAP: '20',
    ...env,
  },
  sandbox: { env: {} },
  onStep: ({ step, moment }) => passes(`step ${step} ${moment}`),
  onStart: ({ requested_from }) => passes(`start ${requested_from.split(' ')[0]}`),
  onEffectMoment: ({ skill, moment }) => passes(`effect ${skill} ${moment}`),
})
// Written at a regular exit otherwise, which this process may not have: the next one starts sooner.
flushCompileCache()
process.send?.('ready')

/** Backoff after a crash is real, but nobody need sit through it; waits for people are longer and are left. */
const SHORT_WAIT_MS = 60_000
const FOR_EVER = ['desk.poll', 'flow.watch', 'call.watch', 'call.poll']
const { hub } = running

/** Runs what is due now or in a short while. */
async function untilQuiet() {
  for (;;) {
    await hub.dispatcher.idle()
    const wait = ((await nextRunAtBut(hub.store.read, FOR_EVER)) ?? Number.POSITIVE_INFINITY) - clock.now()
    if (wait > SHORT_WAIT_MS) return
    if (wait <= 0) continue
    process.send?.({ advanced: wait })
    clock.advance(wait)
  }
}
/** Told to finish: as on SIGTERM, once all is quiet. */
let told = false
process.on('message', (message) => {
  if (message === 'finish') told = true
  const jump = z.object({ advance: z.number() }).safeParse(message)
  if (!jump.success) return
  clock.advance(jump.data.advance)
  process.send?.('advanced')
})
for (let finishing = false; !finishing; await delay(50)) {
  finishing = told
  await untilQuiet()
}
await running.close()
process.exit(0)
