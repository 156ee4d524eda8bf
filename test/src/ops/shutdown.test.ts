import { EventEmitter } from 'node:events'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { createShutdown, shutdownOnSignals } from '../../../src/ops/shutdown.ts'

const silent = pino({ level: 'silent' })

/** A process that can be signalled, whose end is awaited. */
function host() {
  const signals = new EventEmitter()
  const clock = { now: 0 }
  let exited: (code: number) => void
  const exitCode = new Promise<number>((resolve) => {
    exited = resolve
  })
  return { signals, clock, exitCode, exit: (code: number) => exited(code), now: () => clock.now }
}

it('closes what was opened last first, each after the one before, and exits 0', async () => {
  const order: string[] = []
  const shutdown = createShutdown(silent)
  shutdown.add('store', () => order.push('store'))
  shutdown.add('server', async () => {
    await new Promise(setImmediate)
    order.push('server')
  })
  const process = host()
  shutdownOnSignals(shutdown, silent, process)
  process.signals.emit('SIGTERM', 'SIGTERM')

  expect(await process.exitCode).toBe(0)
  expect(order).toEqual(['server', 'store'])
})

it.each<[string, () => unknown]>([
  ['hangs', () => new Promise(() => {})],
  ['throws', () => Promise.reject(new Error('disk full'))],
])('still closes the rest when a part %s, and exits 1', async (_, close) => {
  const order: string[] = []
  const shutdown = createShutdown(silent)
  shutdown.add('store', () => order.push('store'))
  shutdown.add('broken', close, 5)
  const process = host()
  shutdownOnSignals(shutdown, silent, process)
  process.signals.emit('SIGINT', 'SIGINT')

  expect(await process.exitCode).toBe(1)
  expect(order).toEqual(['store'])
})

it('exits at once at the second signal, but takes an echo of the first for the same wish', async () => {
  const shutdown = createShutdown(silent)
  shutdown.add('slow', () => new Promise(() => {}))
  const process = host()
  const exits: number[] = []
  shutdownOnSignals(shutdown, silent, { ...process, exit: (code) => exits.push(code) })

  process.signals.emit('SIGINT', 'SIGINT')
  process.clock.now = 200
  process.signals.emit('SIGINT', 'SIGINT')
  expect(exits).toEqual([])
  process.clock.now = 1_500
  process.signals.emit('SIGINT', 'SIGINT')
  expect(exits).toEqual([1])
})

it('closes once, however often it is asked', async () => {
  let closed = 0
  const shutdown = createShutdown(silent)
  shutdown.add('store', () => {
    closed += 1
  })
  await Promise.all([shutdown.run(), shutdown.run()])
  expect(closed).toBe(1)
})
