import type { Control } from './control.ts'
import { countEffects } from './effects.ts'
import { type Executed, executedSteps, type FollowedFlow, follow, type ScenarioWorld } from './follow.ts'
import { createHubClient, type HubClient } from './hub-client.ts'
import { runRequest } from './run-request.ts'
import type { Scenario, TicketScenario } from './scenarios.ts'

export type { ScenarioWorld } from './follow.ts'

export type ScenarioResult = {
  scenario: string
  flowId: string
  outcome: string
  steps: Executed[]
  elapsedMs: number
  /** Empty when everything happened that should have. */
  missing: string[]
}

/**
 * Runs a scenario once against the stand-ins, as its users would. Waiting time is jumped over; the code that runs
 * is the same as ever.
 */
export async function runScenario(
  world: ScenarioWorld,
  scenario: Scenario,
  say: (line: string) => void,
): Promise<ScenarioResult> {
  const started = Date.now()
  const hub = createHubClient(world.url, world.token)
  say(scenario.title)
  const { flow, missing } =
    'request' in scenario
      ? await runRequest(world, hub, scenario, say)
      : await runMainJob(world, hub, scenario, say)
  return {
    scenario: scenario.name,
    flowId: flow.id,
    outcome: flow.outcome ?? flow.status,
    steps: await executedSteps(hub, flow),
    elapsedMs: Date.now() - started,
    missing,
  }
}

/**
 * The ticket is assigned at the desk, the first contact is approved through the API, the customer answers by mail
 * and phone.
 */
async function runMainJob(
  world: ScenarioWorld,
  hub: HubClient,
  scenario: TicketScenario,
  say: (line: string) => void,
) {
  const { control } = world
  const { ticketId, before } = prepare(control, scenario)
  const ticket = `zendesk:${ticketId}`
  say(`→ ${ticket} is assigned to AI at the desk`)
  control.assignToAi(ticketId)
  const known = new Set((await hub.flowsOf(ticket)).map(({ id }) => id))
  const flow = await follow(
    world,
    hub,
    () => firstFlow(hub, ticket, known),
    ({ title }) => ({ told: `approves: ${title}`, value: 'approve' }),
    say,
  )
  return { flow, missing: missingOf(scenario, flow, before, control) }
}

function prepare(control: Control, scenario: TicketScenario) {
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

async function firstFlow(hub: HubClient, ticket: string, known: Set<string>) {
  const fresh = (await hub.flowsOf(ticket)).find(({ id }) => !known.has(id))
  return fresh ? hub.flow(fresh.id) : undefined
}

function missingOf(
  scenario: TicketScenario,
  flow: FollowedFlow,
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
