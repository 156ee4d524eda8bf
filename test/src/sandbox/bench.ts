import { type Agenda, createAgenda } from '../../../src/sandbox/agenda.ts'
import type { StandInDeps } from '../../../src/sandbox/deps.ts'
import { createWebhooks, type Webhooks } from '../../../src/sandbox/webhooks.ts'
import { emptyWorld, type World } from '../../../src/sandbox/world.ts'
import { stoppedClock } from './clock.ts'
import { type Receiver, startReceiver } from './receiver.ts'

export type Bench = {
  world: World
  clock: ReturnType<typeof stoppedClock>
  hub: Receiver
  webhooks: Webhooks
  agenda: Agenda
  deps: StandInDeps
  close(): Promise<void>
}

/** What a stand-in needs around it: an empty world, a clock that stands, a receiver where the hub would be. */
export async function startBench(status: () => number = () => 200): Promise<Bench> {
  const clock = stoppedClock('2026-03-02T09:00:00Z')
  const world = emptyWorld(clock.now())
  const hub = await startReceiver(status)
  const changed = () => {}
  const webhooks = createWebhooks({ world, clock, changed })
  const agenda = createAgenda(world, clock, changed)
  let ids = 0
  const deps: StandInDeps = {
    world,
    clock,
    agenda,
    webhooks,
    changed,
    uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    hubUrl: hub.url,
  }
  return {
    world,
    clock,
    hub,
    webhooks,
    agenda,
    deps,
    async close() {
      agenda.close()
      webhooks.close()
      await hub.close()
    },
  }
}
