import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { z } from 'zod'
import { startHub } from '../../src/start.ts'
import { nextRunAtBut } from '../../src/work/index.ts'

/**
 * A hub in a process of its own, against stand-ins in the process of the test. Where a list of points is given,
 * it kills itself, as a power cut would, at the first point that no earlier process died at.
 */

const { env, diedAtFile, dieAt } = z
  .object({
    env: z.record(z.string(), z.string()),
    diedAtFile: z.string(),
    /** Patterns of points like `step send_mail before` and `effect send_email answered`. */
    dieAt: z.array(z.string()),
  })
  .parse(JSON.parse(process.env.CRASH_TEST ?? ''))

const diedAt = new Set(existsSync(diedAtFile) ? readFileSync(diedAtFile, 'utf8').split('\n') : [])
const patterns = dieAt.map((pattern) => new RegExp(pattern))

function passes(point: string) {
  if (diedAt.has(point) || !patterns.some((pattern) => pattern.test(point))) return
  appendFileSync(diedAtFile, `${point}\n`)
  process.kill(process.pid, 'SIGKILL')
}

const running = await startHub({
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
  onEffectMoment: ({ skill, moment }) => passes(`effect ${skill} ${moment}`),
})
// Written at a regular exit otherwise, which this process may not have: the next one starts sooner.
flushCompileCache()
process.send?.('ready')

/** Backoff after a crash is real, but nobody need sit through it; waits for people are longer and are left. */
const SHORT_WAIT_MS = 60_000
const { dispatcher, store, nextDueAt } = running.hub
const skipping = setInterval(async () => {
  await dispatcher.idle()
  const next = await nextRunAtBut(store.read, ['desk.poll', 'flow.watch', 'call.watch', 'call.poll'])
  const wait = (next ?? 0) - running.clock.now()
  if (wait > 0 && wait <= SHORT_WAIT_MS) running.clock.advance(wait)
}, 100)

/** Told to finish: runs what is due, gives up its leases, ends as on SIGTERM. */
process.once('message', async () => {
  clearInterval(skipping)
  for (let due = await nextDueAt(); due !== null && due <= running.clock.now(); due = await nextDueAt())
    await dispatcher.idle()
  await running.close()
  process.exit(0)
})
