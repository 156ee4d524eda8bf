import pino from 'pino'
import { z } from 'zod'
import { createEvents, type Subscriber } from '../src/events/index.ts'
import { defaultBounds } from '../src/flows/bounds.ts'
import { TemplateDefinition } from '../src/flows/definition.ts'
import { createEngine, createFlow, wakeOnEvents } from '../src/flows/index.ts'
import { systemClock } from '../src/ops/clock.ts'
import { createIds } from '../src/ops/ids.ts'
import { createSkills, defineSkill, type SkillHub } from '../src/skills/index.ts'
import { migrate, openStore } from '../src/store/index.ts'
import { createDispatcher, createWorkQueue } from '../src/work/index.ts'

type Watching = Pick<Parameters<typeof createEngine>[0], 'onFlowEnd' | 'onTransition' | 'onStep'>

/** The hub's own engine, dispatcher, ledger, log and store, as app.ts puts them together; nothing is left out. */
export async function openEngine(
  file: string,
  steps: readonly unknown[],
  watching: Watching = { onFlowEnd: () => {} },
) {
  const clock = systemClock()
  const newId = createIds(clock)
  const log = pino({ level: 'info' }, pino.destination('/dev/null'))
  const store = await openStore({ databaseUrl: null, file })
  await migrate(store, clock.now())
  const queue = createWorkQueue({ clock, newId })
  const subscribers: Subscriber[] = [wakeOnEvents({ queue })]
  const events = createEvents({ clock, newId, subscribers, onAppended: () => {} })
  const noop = defineSkill({
    name: 'noop',
    title: 'Nothing',
    description: 'Does nothing.',
    effect: 'read',
    input: z.object({ n: z.number() }),
    output: z.object({ n: z.number() }),
    run: async ({ n }) => ({ n }),
  })
  const skills = createSkills({
    // A skill that does nothing asks the hub for nothing but an id.
    hub: { store, clock, newId, events, log } as SkillHub,
    skills: [noop],
    contactGate: async () => undefined,
    onEffect: () => {},
  })
  const template = TemplateDefinition.parse({
    name: 'bench',
    version: 1,
    title: 'A flow of the bench',
    description: 'For the bench.',
    params: {},
    deadline: '30d',
    steps,
  })
  const engine = createEngine({
    store,
    clock,
    newId,
    queue,
    events,
    skills,
    decisions: new Map(),
    ai: { ask: async () => ({ kind: 'unavailable', reason: 'A bench has no model', run: null }) },
    approvalNeeded: () => true,
    random: Math.random,
    bounds: defaultBounds,
    ...watching,
  })
  return {
    store,
    createFlow: () =>
      store.write((tx) =>
        createFlow({ clock, newId, queue }, tx, template, {
          org: 'default',
          params: {},
          settings: {},
          requestedBy: 'system',
          requestedFrom: 'the bench',
        }),
      ),
    /** A dispatcher that runs so many flows at once; it takes what is due when it is started. */
    dispatcher: (concurrency: number) =>
      createDispatcher({
        store,
        queue,
        kinds: [engine],
        clock,
        random: Math.random,
        log,
        concurrency,
        onDead: async () => {},
        onRun: () => {},
      }),
  }
}
