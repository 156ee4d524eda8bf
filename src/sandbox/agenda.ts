import type { Clock } from '../ports/common.ts'
import type { AgendaItem, AgendaTask, World } from './world.ts'
import { nextId } from './world.ts'

type Handler<K extends AgendaTask['kind']> = (task: Extract<AgendaTask, { kind: K }>) => void

export type Agenda = {
  /** Says how tasks of this kind are done. Tasks that a restart left are armed as soon as their kind is known. */
  on<K extends AgendaTask['kind']>(kind: K, handler: Handler<K>): void
  /** `task` is done so many milliseconds from now. */
  after(ms: number, task: AgendaTask): void
  close(): void
}

/** What happens by itself in the world: kept in it as data, woken by the clock. */
export function createAgenda(world: World, clock: Clock, changed: () => void): Agenda {
  const handlers = new Map<string, (task: AgendaTask) => void>()
  const timers = new Map<string, () => void>()
  let open = true

  function arm(item: AgendaItem) {
    if (!open || timers.has(item.id) || !handlers.has(item.task.kind)) return
    timers.set(item.id, () => {})
    const cancel = clock.at(item.at, () => run(item))
    if (world.agenda[item.id]) timers.set(item.id, cancel)
  }

  function run(item: AgendaItem) {
    timers.delete(item.id)
    if (!open || !world.agenda[item.id]) return
    delete world.agenda[item.id]
    handlers.get(item.task.kind)?.(item.task)
    changed()
  }

  return {
    on(kind, handler) {
      handlers.set(kind, (task) => {
        if (isKind(task, kind)) handler(task)
      })
      for (const item of Object.values(world.agenda)) if (item.task.kind === kind) arm(item)
    },
    after(ms, task) {
      const item: AgendaItem = { id: `a${nextId(world)}`, at: clock.now() + ms, task }
      world.agenda[item.id] = item
      arm(item)
      changed()
    },
    close() {
      open = false
      for (const cancel of timers.values()) cancel()
      timers.clear()
    },
  }
}

function isKind<K extends AgendaTask['kind']>(
  task: AgendaTask,
  kind: K,
): task is Extract<AgendaTask, { kind: K }> {
  return task.kind === kind
}
