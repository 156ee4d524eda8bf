import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { messageOf } from '../ops/errors.ts'
import type { World } from './world.ts'

export type SavedWorld = {
  /** Saves soon; cheap to call after every change. */
  changed(): void
  /** Saves now what has not been saved. */
  flush(): void
}

/** Saving may take this share of one core at most, however large the world grows. */
const SHARE = 0.05
const SOONEST_MS = 100

/** The world in `file`, or undefined when there is none that can be used. */
export function loadWorld(file: string): World | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const world: unknown = JSON.parse(text)
  return isWorld(world) ? world : undefined
}

/**
 * Keeps `file` up to date with the world: written beside it and renamed, so that a kill at any moment leaves
 * a whole file, at most a moment old. Wall time, not the sandbox's clock: that one may stand still or jump.
 */
export function saveWorld(world: World, file: string, complain: (line: string) => void): SavedWorld {
  let timer: NodeJS.Timeout | undefined
  let pause = SOONEST_MS

  function flush() {
    clearTimeout(timer)
    if (timer === undefined) return
    timer = undefined
    const started = performance.now()
    try {
      writeFileSync(`${file}.next`, JSON.stringify(world))
      renameSync(`${file}.next`, file)
    } catch (error) {
      complain(`the sandbox's world could not be saved: ${messageOf(error)}`)
    }
    pause = Math.max(SOONEST_MS, (performance.now() - started) / SHARE)
  }

  return {
    changed() {
      timer ??= setTimeout(flush, pause).unref()
    },
    flush,
  }
}

/** Another version is an older sandbox's: it starts anew instead. */
function isWorld(value: unknown): value is World {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 2
}
