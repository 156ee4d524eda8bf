import { describe, expect, it, vi } from 'vitest'
import { manualClock, shiftedClock, systemClock } from '../../../src/ops/clock.ts'

const DAY = 86_400_000

describe('a clock moved by hand', () => {
  it('fires what becomes due in the order of its times, each at its own time', () => {
    const clock = manualClock(1_000)
    const fired: [string, number][] = []
    const note = (name: string) => () => fired.push([name, clock.now()])
    clock.at(1_300, note('late'))
    clock.at(1_100, note('early'))
    clock.at(1_100, note('early, set second'))
    clock.at(9_000, note('never'))

    clock.advance(500)
    expect(fired).toEqual([
      ['early', 1_100],
      ['early, set second', 1_100],
      ['late', 1_300],
    ])
    expect(clock.now()).toBe(1_500)
  })

  it('fires what a wake sets for within the same step, and not what was cancelled', () => {
    const clock = manualClock(0)
    const fired: number[] = []
    const tick = () => {
      fired.push(clock.now())
      clock.at(clock.now() + 10, tick)
    }
    clock.at(10, tick)
    const cancel = clock.at(15, () => fired.push(-1))
    cancel()
    clock.advance(35)
    expect(fired).toEqual([10, 20, 30])
  })

  it('fires by itself, once, what is set for a time that is over', async () => {
    const clock = manualClock(5_000)
    const woken = vi.fn()
    await new Promise<void>((resolve) => {
      clock.at(4_000, () => {
        woken()
        resolve()
      })
      expect(woken).not.toHaveBeenCalled()
    })
    clock.advance(1_000)
    expect(woken).toHaveBeenCalledOnce()
  })
})

describe('the system clock', () => {
  it('does not fire early for a wake beyond what a timer can hold', () => {
    vi.useFakeTimers({ now: 0 })
    try {
      const woken = vi.fn()
      systemClock().at(60 * DAY, woken)
      vi.advanceTimersByTime(60 * DAY - 1)
      expect(woken).not.toHaveBeenCalled()
      vi.advanceTimersByTime(1)
      expect(woken).toHaveBeenCalledOnce()
    } finally {
      vi.useRealTimers()
    }
  })

  it('fires at once for a time that is over, and never after a cancel', () => {
    vi.useFakeTimers({ now: 1_000 })
    try {
      const over = vi.fn()
      const cancelled = vi.fn()
      systemClock().at(1, over)
      systemClock().at(60 * DAY, cancelled)()
      vi.advanceTimersByTime(61 * DAY)
      expect(over).toHaveBeenCalledOnce()
      expect(cancelled).not.toHaveBeenCalled()
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a clock that can jump', () => {
  it('runs as its base does, and a jump brings forward what is pending', () => {
    const base = manualClock(0)
    const clock = shiftedClock(base)
    const fired: [string, number][] = []
    clock.at(3 * DAY, () => fired.push(['reminder', clock.now()]))
    clock.at(2 * DAY, () => fired.push(['call', clock.now()]))
    clock.at(4 * DAY, () => fired.push(['hand-over', clock.now()]))
    const cancel = clock.at(DAY, () => fired.push(['cancelled', clock.now()]))

    clock.advance(3 * DAY - 1_000)
    cancel()
    base.advance(1_000)
    expect(fired).toEqual([
      ['call', 3 * DAY - 1_000],
      ['reminder', 3 * DAY],
    ])

    clock.advance(DAY)
    base.advance(0)
    expect(fired.at(-1)).toEqual(['hand-over', 4 * DAY])
    expect(clock.now()).toBe(4 * DAY)
    expect(base.now()).toBe(1_000)
  })
})
