import type { JumpingClock } from '../ops/clock.ts'
import type { Control } from './control.ts'
import { countEffects } from './effects.ts'
import {
  createHubClient,
  type HubClient,
  type ShownFlow,
  type ShownLog,
  type ShownStep,
} from './hub-client.ts'
import type { Scenario } from './scenarios.ts'

export type ScenarioResult = {
  scenario: string
  flowId: string
  outcome: string
  steps: { title: string; status: string; ms: number }[]
  elapsedMs: number
  /** Empty when everything happened that should have. */
  missing: string[]
}

export type ScenarioWorld = {
  url: string
  token?: string
  control: Control
  /** Jumps over what simulated people take their time for. */
  clock: JumpingClock
  /** When something is due next at the hub. */
  nextDueAt: () => Promise<number | null>
}

const LOOK_EVERY_MS = 60
/** The hub is given this long to move by itself before time is moved on. */
const STILL_MS = 300
const GIVE_UP_MS = 180_000

/**
 * Runs the main job once against the stand-ins, as its users would: the ticket is assigned at the desk, the
 * first contact is approved through the API, the customer answers by mail and phone. Waiting time is jumped
 * over; the code that runs is the same as ever.
 */
export async function runScenario(
  world: ScenarioWorld,
  scenario: Scenario,
  say: (line: string) => void,
): Promise<ScenarioResult> {
  const { control } = world
  const started = Date.now()
  const hub = createHubClient(world.url, world.token)
  const { ticketId, before } = prepare(control, scenario)
  const ticket = `zendesk:${ticketId}`
  say(`${scenario.title}`)
  say(`→ ${ticket} is assigned to AI at the desk`)
  control.assignToAi(ticketId)

  const known = new Set((await hub.flowsOf(ticket)).map(({ id }) => id))
  const flow = await follow(world, hub, ticket, known, say)
  const finished = await hub.flow(flow.id)
  const logs = await allLogs(hub, flow.id)
  return {
    scenario: scenario.name,
    flowId: flow.id,
    outcome: finished.outcome ?? finished.status,
    steps: executed(finished.steps, logs),
    elapsedMs: Date.now() - started,
    missing: missingOf(scenario, finished, before, control),
  }
}

function prepare(control: Control, scenario: Scenario) {
  const { world } = control
  const person = world.people[world.addressBook[scenario.customer] ?? '']
  if (!person) throw new Error(`the sandbox knows nobody with the address ${scenario.customer}`)
  control.behave(person.id, { mail: scenario.mail, call: scenario.call })
  control.set({ model: scenario.model, unansweredCalls: scenario.unansweredCalls })
  const open = Object.values(world.tickets)
    .filter((one) => one.requesterId === person.id && one.status !== 'closed' && one.status !== 'solved')
    .toSorted((a, b) => Number(b.id) - Number(a.id))[0]
  if (!open)
    throw new Error(`${person.name} has no open ticket in the sandbox; delete the data folder to begin anew`)
  const effects = countEffects(world)
  return { ticketId: open.id, before: { mails: effects.mails.total, calls: effects.calls.total } }
}

/** Watches until the flow has ended, answering approvals and moving time on whenever nothing moves. */
async function follow(
  world: ScenarioWorld,
  hub: HubClient,
  ticket: string,
  known: Set<string>,
  say: (line: string) => void,
) {
  const until = Date.now() + GIVE_UP_MS
  let flow: (ShownFlow & { steps: ShownStep[] }) | undefined
  let seen: string | undefined
  let stillSince = Date.now()
  while (Date.now() < until) {
    flow = flow ? await hub.flow(flow.id) : await firstFlow(hub, ticket, known)
    const fresh = flow ? await hub.logs(flow.id, seen) : []
    for (const line of fresh) tell(line, say)
    seen = fresh.at(-1)?.id ?? seen
    if (flow && ['completed', 'failed', 'cancelled'].includes(flow.status) && fresh.length === 0) return flow
    if (fresh.length > 0) {
      stillSince = Date.now()
    }
    const asked = flow?.steps.find((step) => step.status === 'awaiting_user')
    if (flow && asked && fresh.length === 0) {
      say(`  a person approves: ${asked.title}`)
      await hub.approve(flow.id, asked.id)
    } else if (flow && Date.now() - stillSince > STILL_MS) {
      await jump(world)
      stillSince = Date.now() - STILL_MS / 2
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  throw new Error(
    `The flow did not end within ${GIVE_UP_MS / 1_000} s; it waits for ${flow?.waiting_for ?? 'its start'}.`,
  )
}

/** To the next thing that is due, at the hub or in the simulated world, and not beyond it. */
async function jump({ clock, control, nextDueAt }: ScenarioWorld) {
  const due = [await nextDueAt(), ...Object.values(control.world.agenda).map(({ at }) => at)]
  const next = Math.min(...due.filter((at) => at !== null))
  if (Number.isFinite(next) && next > clock.now()) clock.advance(next - clock.now())
}

async function firstFlow(hub: HubClient, ticket: string, known: Set<string>) {
  const fresh = (await hub.flowsOf(ticket)).find(({ id }) => !known.has(id))
  return fresh ? hub.flow(fresh.id) : undefined
}

const SIGNS: Record<string, string> = {
  step_completed: '✓',
  step_failed: '✗',
  waiting: '⏸',
  approval_requested: '⏸',
  event_received: '✉',
  wait_timed_out: '⌛',
  step_held: '⏸',
  step_retrying: '↻',
  flow_completed: '■',
  flow_failed: '■',
  flow_cancelled: '■',
}

function tell(line: ShownLog, say: (line: string) => void) {
  const sign = SIGNS[line.type]
  if (sign)
    say(`  ${new Date(line.at).toISOString().slice(0, 16).replace('T', ' ')} UTC  ${sign} ${line.message}`)
}

async function allLogs(hub: HubClient, flowId: string): Promise<ShownLog[]> {
  const logs: ShownLog[] = []
  for (;;) {
    const page = await hub.logs(flowId, logs.at(-1)?.id)
    logs.push(...page)
    if (page.length === 0) return logs
  }
}

/** Every execution in its order, loops included. */
function executed(steps: ShownStep[], logs: ShownLog[]) {
  const titles = new Map(steps.map((step) => [step.id, step]))
  const began = new Map<string, number>()
  return logs.flatMap((line) => {
    const step = line.step_id ? titles.get(line.step_id) : undefined
    if (!step) return []
    if (line.type === 'step_started') began.set(step.id, line.at)
    const ended = { step_completed: 'completed', step_failed: 'failed', wait_timed_out: 'timed_out' }[
      line.type
    ]
    return ended ? [{ title: step.title, status: ended, ms: line.at - (began.get(step.id) ?? line.at) }] : []
  })
}

function missingOf(
  scenario: Scenario,
  flow: ShownFlow & { steps: ShownStep[] },
  before: { mails: number; calls: number },
  control: Control,
): string[] {
  const effects = countEffects(control.world)
  const done = new Set(flow.steps.filter((step) => step.runs > 0).map(({ name }) => name))
  const expected: [string, unknown, unknown][] = [
    ['status', flow.status, 'completed'],
    ['outcome', flow.outcome, scenario.outcome],
    ['mails sent', effects.mails.total - before.mails, scenario.mails],
    ['calls placed', effects.calls.total - before.calls, scenario.calls],
  ]
  return [
    ...scenario.steps.filter((name) => !done.has(name)).map((name) => `step ${name} did not happen`),
    ...expected
      .filter(([, is, should]) => is !== should)
      .map(([what, is, should]) => `${what}: ${is}, not ${should}`),
  ]
}
