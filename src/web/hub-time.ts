import { useSyncExternalStore } from 'react'

/** How far the hub's clock is ahead of this machine's: in the sandbox it can be moved. */
let aheadMs = 0

/** Called with each answer's `x-now`. Less than a second is the way it took. */
export function noteHubTime(header: string | null) {
  const ahead = Number(header ?? Number.NaN) - Date.now()
  if (Number.isFinite(ahead) && Math.abs(ahead - aheadMs) > 1_000) aheadMs = ahead
}

export const hubNow = () => Date.now() + aheadMs

const listeners = new Set<() => void>()
let timer: number | undefined

function onTick(tick: () => void) {
  listeners.add(tick)
  timer ??= window.setInterval(() => {
    for (const each of listeners) each()
  }, 1_000)
  return () => {
    listeners.delete(tick)
    if (listeners.size > 0) return
    window.clearInterval(timer)
    timer = undefined
  }
}

/** The hub's time to the second; whoever uses it is drawn again as it goes on. */
export function useNow(): number {
  return useSyncExternalStore(onTick, () => Math.floor(hubNow() / 1_000) * 1_000)
}
