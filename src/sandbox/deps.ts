import type { Clock } from '../ports/common.ts'
import type { Agenda } from './agenda.ts'
import type { Webhooks } from './webhooks.ts'
import type { World } from './world.ts'

/** What every stand-in is started with. */
export type StandInDeps = {
  world: World
  clock: Clock
  /** For what happens later by itself; survives a restart. */
  agenda: Agenda
  webhooks: Webhooks
  /** Call after every change of the world: it will be saved soon. */
  changed(): void
  /** A new random id (UUID), for vendors whose ids are no numbers. */
  uuid(): string
  /** Where the hub listens, without a slash at the end. */
  hubUrl: string
  /** The port to take; 0 or nothing: any. */
  port?: number
}
