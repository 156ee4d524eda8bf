import { z } from 'zod'
import type { Ai } from '../../../src/ai/index.ts'
import type { EventType, HubEvent } from '../../../src/events/index.ts'
import { defaultBounds, type FlowBounds } from '../../../src/flows/bounds.ts'
import { type StepDefinition, TemplateDefinition } from '../../../src/flows/definition.ts'
import type { EngineDeps } from '../../../src/flows/engine.ts'
import {
  cancelFlow,
  createEngine,
  createFlow,
  delegate,
  type Person,
  reportFailures,
  respond,
  retryFlow,
  settleCancelled,
  wakeOnEvents,
  watchFlows,
} from '../../../src/flows/index.ts'
import { manualClock } from '../../../src/ops/clock.ts'
import { VendorError } from '../../../src/ops/errors.ts'
import { type Act, type Decision, defineSkill, type Skill } from '../../../src/skills/index.ts'
import { type FlowStepsTable, qb } from '../../../src/store/index.ts'
import { childrenOf } from '../../../src/store/rows/flow-children.ts'
import { logsOfFlow } from '../../../src/store/rows/flow-logs.ts'
import { getSteps } from '../../../src/store/rows/flow-steps.ts'
import { insertFlowTemplate } from '../../../src/store/rows/flow-templates.ts'
import { getFlow } from '../../../src/store/rows/flows.ts'
import { createDispatcher, nextRunAtBut } from '../../../src/work/index.ts'
import { ORG, START } from '../../contracts/rows.ts'
import { skillBench } from '../skills/bench.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

type StepInput = z.input<typeof import('../../../src/flows/definition.ts').StepDefinition>
export type GivenStep = StepInput

type Doing = (input: Record<string, unknown>, act: Act) => unknown

export type FlowBench = Awaited<ReturnType<typeof flowBench>>

/** The real engine, ledger, dispatcher and store around a template of the test's own; skills are plain functions. */
export async function flowBench(given: {
  steps: readonly GivenStep[]
  skills?: Record<string, Doing>
  decisions?: Record<string, Decision>
  ai?: Pick<Ai, 'ask'>
  /** What is configured. */
  most?: Partial<FlowBounds>
  /** Skills with a schema of their own, beside the plain functions. */
  defined?: readonly Skill[]
  approveOwn?: boolean
  approvalNeeded?: (approvedBefore: boolean) => boolean
  deadline?: string
  bounds?: z.input<typeof TemplateDefinition>['bounds']
  /** Saved beside it: sub-flows. */
  saved?: readonly z.input<typeof TemplateDefinition>[]
  databaseUrl?: string
  onStep?: (about: { step: string; moment: 'before' | 'after' }) => void
  onTransition?: EngineDeps['onTransition']
}) {
  const clock = manualClock(START)
  const skills = Object.entries(given.skills ?? {}).map(([name, run]) =>
    defineSkill({
      name,
      title: name,
      description: 'For tests.',
      effect: 'write',
      input: z.record(z.string(), z.unknown()),
      output: z.unknown(),
      run: async (input, act) => run(input, act) ?? null,
    }),
  )
  const bench = await skillBench([...skills, ...(given.defined ?? [])], {
    clock,
    ...(given.databaseUrl ? { databaseUrl: given.databaseUrl } : {}),
  })
  const { store, queue, events, newId, log, hub } = bench
  const cancelled = settleCancelled({ store, queue, skills: bench.skills })
  bench.subscribers.push(
    wakeOnEvents({ queue }),
    reportFailures({ escalate: hub.escalate }),
    cancelled.subscriber,
  )
  const ended: string[] = []
  const engine = createEngine({
    store,
    clock,
    newId,
    queue,
    events,
    skills: bench.skills,
    decisions: new Map(Object.entries(given.decisions ?? {})),
    ai: given.ai ?? {
      ask: async () => ({ kind: 'unavailable', reason: 'No model is configured', run: null }),
    },
    bounds: { ...defaultBounds, ...given.most },
    approvalNeeded: given.approvalNeeded ?? (() => true),
    random: () => 0.5,
    onFlowEnd: (_template, outcome) => ended.push(outcome),
    ...(given.onStep ? { onStep: given.onStep } : {}),
    ...(given.onTransition ? { onTransition: given.onTransition } : {}),
  })
  const watch = watchFlows({ store, clock, queue, escalate: hub.escalate })
  const dead: string[] = []
  const dispatcher = createDispatcher({
    store,
    queue,
    kinds: [engine, watch, cancelled.work],
    clock,
    random: () => 0.5,
    log,
    concurrency: 8,
    onDead: async (_tx, row) => void dead.push(row.kind),
    onRun: () => {},
  })
  await dispatcher.start()

  const template = TemplateDefinition.parse({
    name: 'test',
    version: 1,
    title: 'Test {{params.name}}',
    description: 'For tests.',
    params: { name: { type: 'string', description: 'Any' } },
    deadline: given.deadline ?? '30d',
    ...(given.bounds ? { bounds: given.bounds } : {}),
    steps: given.steps,
  })
  for (const one of given.saved ?? []) {
    const row = {
      org: ORG,
      name: one.name,
      version: one.version,
      definition: JSON.stringify(one),
      created_by: 'user:ada',
      from_flow: null,
      created_at: START,
    }
    await store.write((tx) => tx.run(insertFlowTemplate(row)))
  }
  const control = { store, clock, newId, queue, events, approveOwn: given.approveOwn ?? true }
  let flowId = ''

  /** Until nothing is due now. */
  const settle = () => dispatcher.idle()

  async function shown() {
    const flow = await getFlow(store.read, ORG, flowId)
    if (!flow) throw new Error('there is no flow')
    const steps = await getSteps(store.read, flow)
    const step = (name: string) => {
      const found = steps.find((one) => one.name === name)
      if (!found) throw new Error(`there is no step ${name}`)
      return { ...found, answer: found.result === null ? undefined : JSON.parse(found.result) }
    }
    return { ...flow, steps, step, path: await pathOf(steps) }
  }

  /** The steps in the order in which they began. */
  async function pathOf(all: FlowStepsTable[]) {
    const steps = new Map(all.map(({ id, name }) => [id, name]))
    const logs = await logsOfFlow(store.read, ORG, flowId, 10_000)
    return logs
      .filter(({ type }) => type === 'step_started')
      .map(({ step_id }) => steps.get(step_id ?? '') ?? '?')
  }

  return {
    ...bench,
    policy: { roles: {}, segments: {} },
    dispatcher,
    queue,
    dead,
    ended,
    watch,
    settle,
    flow: shown,
    id: () => flowId,
    logs: async () =>
      (await logsOfFlow(store.read, ORG, flowId, 10_000)).map(({ type, message }) => ({ type, message })),

    /** Makes a flow and runs it as far as it goes now. */
    async start(more: { ticket?: string; fence?: number } = {}) {
      const flow = await store.write((tx) =>
        createFlow({ clock, newId, queue }, tx, template, {
          org: ORG,
          params: { name: 'one' },
          settings: { patience: '2h' },
          requestedBy: 'user:ada',
          requestedFrom: 'a test',
          ...more,
        }),
      )
      if (!flow) return undefined
      flowId = flow.id
      await settle()
      return shown()
    },

    /** Lets time pass, from one due thing to the next. */
    async pass(ms: number) {
      const until = clock.now() + ms
      for (;;) {
        await settle()
        const next = (await nextRunAtBut(store.read, ['none'])) ?? until
        if (next > until) break
        clock.advance(Math.max(next - clock.now(), 0))
        if (clock.now() >= until) break
      }
      if (clock.now() < until) clock.advance(until - clock.now())
      await settle()
      return shown()
    },

    raise: (event: HubEvent) => store.write((tx) => events.raise(tx, event, { org: ORG })),

    /** Answers at once, without a look and without waiting for what follows. */
    answer: (stepId: string, value: unknown, by = 'user:ada') =>
      respond(
        control,
        ORG,
        { flowId, stepId },
        { edit: {}, note: null, value },
        { actor: by, role: 'agent' },
      ),
    async respond(
      name: string,
      value: unknown,
      more: {
        edit?: Record<string, string | number | boolean>
        note?: string
        by?: string
        role?: Person['role']
      } = {},
    ) {
      const { by = 'user:ada', role = 'agent', ...rest } = more
      const stepId = (await shown()).step(name).id
      const response = { edit: {}, note: null, ...rest, value }
      await respond(control, ORG, { flowId, stepId }, response, { actor: by, role })
      await settle()
      return shown()
    },
    async delegate(
      name: string,
      to: string,
      more: { note?: string; by?: string; role?: Person['role'] } = {},
    ) {
      const { by = 'user:ada', role = 'agent', note = null } = more
      const stepId = (await shown()).step(name).id
      await delegate(control, ORG, { flowId, stepId }, { to, note }, { actor: by, role })
      await settle()
      return shown()
    },
    async cancel(reason = 'not wanted', id = flowId) {
      const done = await store.write((tx) =>
        cancelFlow(control, tx, ORG, id, { reason, outcome: 'cancelled', actor: 'user:ada' }),
      )
      await settle()
      return done
    },
    flowOf: (id: string) => getFlow(store.read, ORG, id),
    /** The flows that a flow's steps started, the oldest first. */
    children: (of = flowId) => childrenOf(store.read, of),
    /** Answers what a branch of the flow asks. */
    async respondIn(branch: string, name: string, value: unknown) {
      const child = (await childrenOf(store.read, flowId)).find((one) => one.branch === branch)
      const flow = child && (await getFlow(store.read, ORG, child.id))
      const step = flow && (await getSteps(store.read, flow)).find((one) => one.name === name)
      if (!step) throw new Error(`there is no step ${name} in ${branch}`)
      const response = { edit: {}, note: null, value }
      const person: Person = { actor: 'user:ada', role: 'agent' }
      await respond(control, ORG, { flowId: step.flow_id, stepId: step.id }, response, person)
      await settle()
      return shown()
    },
    async retry(id = flowId) {
      await retryFlow(control, ORG, id, 'user:ada')
      await settle()
      return shown()
    },
    eventsOf: (type: EventType) =>
      store.read.all(qb.selectFrom('events').selectAll().where('type', '=', type)),
    work: () => store.read.all(qb.selectFrom('work').selectAll().where('kind', '=', 'flow.run')),
    async [Symbol.asyncDispose]() {
      await dispatcher.stop(100)
      await bench[Symbol.asyncDispose]()
    },
  }
}

export const call = (
  name: string,
  more: Partial<Extract<StepDefinition, { type: 'tool_call' }>> = {},
): GivenStep => ({
  name,
  type: 'tool_call',
  title: `Do ${name}`,
  skill: 'note',
  input: {},
  ...more,
})

/** A vendor's clear no, to be tried again. */
export const down = (
  code: VendorError['code'] = 'vendor_unavailable',
  retry: VendorError['retry'] = { when: 'backoff' },
) => new VendorError({ code, vendor: 'x', retry, hint: 'it is down' })
