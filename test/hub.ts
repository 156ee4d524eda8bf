import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shiftedClock } from '../src/ops/clock.ts'
import { createHubClient, type ShownFlow, type ShownStep } from '../src/sandbox/hub-client.ts'
import { countEffects, instantPace, type SandboxOptions } from '../src/sandbox/index.ts'
import { type RunningHub, startHub } from '../src/start.ts'

export type TestHub = Awaited<ReturnType<typeof startTestHub>>

/** A flow as tests look at it, with its steps by name. */
export type SeenFlow = ShownFlow & { steps: ShownStep[]; step(name: string): ShownStep }

/**
 * The whole hub in this process, with a store of its own and the stand-ins on the wire; simulated people answer
 * at once. `env` overrides settings; contacts need no approval unless it says so.
 */
export async function startTestHub(
  options: { env?: Record<string, string>; sandbox?: Partial<SandboxOptions>; folder?: string } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'switchboard-test-'))
  const clock = shiftedClock()
  const running: RunningHub = await startHub({
    env: {
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: folder,
      LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
      APPROVE_CONTACTS: 'never',
      QUIET_HOURS: 'none',
      CONTACT_DAILY_CAP: '20',
      ...options.env,
    },
    clock,
    sandboxOptions: { settings: { pace: instantPace }, ...options.sandbox },
  })
  const { hub, sandbox } = running
  if (!sandbox) throw new Error('test hubs run against the stand-ins')
  const { control } = sandbox
  const api = createHubClient(running.url, running.apiToken)

  /** Until nothing is under way: no webhook on the wire, no work running or due. Time does not move. */
  async function settle() {
    for (let quiet = 0; quiet < 3; ) {
      await sandbox?.webhooks.idle()
      await hub.dispatcher.idle()
      const next = await hub.nextDueAt()
      quiet = next === null || next > clock.now() ? quiet + 1 : 0
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** Lets time pass, going from one thing that is due to the next so that nothing is overtaken. */
  async function pass(ms: number) {
    const until = clock.now() + ms
    await settle()
    for (;;) {
      const due = [await hub.nextDueAt(), ...Object.values(control.world.agenda).map(({ at }) => at)]
      const next = Math.min(until, ...due.filter((at) => at !== null))
      if (next > clock.now()) clock.advance(next - clock.now())
      await settle()
      if (clock.now() >= until) return
    }
  }

  async function flowOf(ticketId: string): Promise<SeenFlow> {
    const [newest] = await api.flowsOf(`zendesk:${ticketId}`)
    if (!newest) throw new Error(`ticket ${ticketId} has no flow`)
    const flow = await api.flow(newest.id)
    return {
      ...flow,
      step(name) {
        const step = flow.steps.find((one) => one.name === name)
        if (!step) throw new Error(`the flow has no step ${name}`)
        return step
      },
    }
  }

  return {
    ...running,
    folder,
    clock,
    control,
    sandbox,
    api,
    settle,
    pass,
    flowOf,
    effects: () => countEffects(control.world),
    /** The newest open ticket of whoever has this address, given to AI at the desk. @returns its id. */
    assign(email: string): string {
      const id = openTicketOf(control.world, email)
      control.assignToAi(id)
      return id
    },
    ticketOf: (email: string) => openTicketOf(control.world, email),
    personOf: (email: string) => personOf(control.world, email),
    async [Symbol.asyncDispose]() {
      await running.close()
      if (!options.folder) rmSync(folder, { recursive: true, force: true })
    },
  }
}

type World = TestHubWorld
type TestHubWorld = Parameters<typeof countEffects>[0]

function personOf(world: World, email: string) {
  const person = world.people[world.addressBook[email.toLowerCase()] ?? '']
  if (!person) throw new Error(`nobody has the address ${email}`)
  return person
}

function openTicketOf(world: World, email: string): string {
  const { id } = personOf(world, email)
  const open = Object.values(world.tickets)
    .filter((ticket) => ticket.requesterId === id && ticket.status !== 'closed' && ticket.status !== 'solved')
    .toSorted((a, b) => Number(b.id) - Number(a.id))[0]
  if (!open) throw new Error(`${email} has no open ticket`)
  return open.id
}

export const ABHISHEK = 'abhishek.rao@raotextiles.example'
