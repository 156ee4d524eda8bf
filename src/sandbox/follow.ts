import type { JumpingClock } from '../ops/clock.ts'
import type { Control } from './control.ts'
import type { HubClient, ShownFlow, ShownLog, ShownStep } from './hub-client.ts'

/** A hub and its stand-ins, as a scenario is played on them. */
export type ScenarioWorld = {
  url: string
  token?: string
  control: Control
  /** Jumps over what simulated people take their time for. */
  clock: JumpingClock
  /** When something is due next at the hub. */
  nextDueAt: () => Promise<number | null>
}

export type FollowedFlow = ShownFlow & { steps: ShownStep[] }

/** What a person does about a step that asks: tells it, and answers this value. */
export type Answering = (step: ShownStep) => { told: string; value: string }

const LOOK_EVERY_MS = 60
/** The hub is given this long to move by itself before time is moved on. */
const STILL_MS = 300
const GIVE_UP_MS = 180_000

/**
 * Watches until the flow that `find` finds has ended, answering what it asks and moving time on whenever nothing
 * moves. Every step is told as it happens.
 */
export async function follow(
  world: ScenarioWorld,
  hub: HubClient,
  find: () => Promise<FollowedFlow | undefined>,
  answer: Answering,
  say: (line: string) => void,
): Promise<FollowedFlow> {
  const until = Date.now() + GIVE_UP_MS
  let flow: FollowedFlow | undefined
  let seen: string | undefined
  let stillSince = Date.now()
  while (Date.now() < until) {
    flow = flow ? await hub.flow(flow.id) : await find()
    const fresh = flow ? await hub.logs(flow.id, seen) : []
    for (const line of fresh) tell(line, say)
    seen = fresh.at(-1)?.id ?? seen
    if (flow && ['completed', 'failed', 'cancelled'].includes(flow.status) && fresh.length === 0) return flow
    if (fresh.length > 0) {
      stillSince = Date.now()
    }
    const asked = flow?.steps.find((step) => step.status === 'awaiting_user')
    if (flow && asked && fresh.length === 0) {
      const { told, value } = answer(asked)
      say(`  a person ${told}`)
      await hub.respond(flow.id, asked.id, value)
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

const SIGNS: Record<string, string> = {
  step_completed: '✓',
  step_failed: '✗',
  waiting: '⏸',
  approval_requested: '⏸',
  prompt_asked: '⏸',
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
  if (!sign) return
  const at = new Date(line.at).toISOString().slice(0, 16).replace('T', ' ')
  // A question may be long; its first line is enough here.
  const [message = ''] = line.message.split('\n')
  say(`  ${at} UTC  ${sign} ${message}`)
}

export type Executed = { title: string; status: string; ms: number }

/** Every execution of a flow's steps in its order, loops included. */
export async function executedSteps(hub: HubClient, flow: FollowedFlow): Promise<Executed[]> {
  const titles = new Map(flow.steps.map((step) => [step.id, step]))
  const began = new Map<string, number>()
  return (await allLogs(hub, flow.id)).flatMap((line) => {
    const step = line.step_id ? titles.get(line.step_id) : undefined
    if (!step) return []
    if (line.type === 'step_started') began.set(step.id, line.at)
    const ended = { step_completed: 'completed', step_failed: 'failed', wait_timed_out: 'timed_out' }[
      line.type
    ]
    return ended ? [{ title: step.title, status: ended, ms: line.at - (began.get(step.id) ?? line.at) }] : []
  })
}

async function allLogs(hub: HubClient, flowId: string): Promise<ShownLog[]> {
  const logs: ShownLog[] = []
  for (;;) {
    const page = await hub.logs(flowId, logs.at(-1)?.id)
    logs.push(...page)
    if (page.length === 0) return logs
  }
}
