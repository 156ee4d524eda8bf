import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { ORG } from '../src/app.ts'
import { shiftedClock } from '../src/ops/clock.ts'
import { createHubClient, type ShownFlow, type ShownStep } from '../src/sandbox/hub-client.ts'
import {
  countEffects,
  instantPace,
  knowledgeFolder,
  type SandboxOptions,
  startSandbox,
} from '../src/sandbox/index.ts'
import { type RunningHub, startHub } from '../src/start.ts'

export type TestHub = Awaited<ReturnType<typeof startTestHub>>

/** A flow as tests look at it, with its steps by name. */
export type SeenFlow = ShownFlow & { steps: ShownStep[]; step(name: string): ShownStep }

/**
 * The whole hub in this process, with a store of its own and the stand-ins on the wire; simulated people answer
 * at once. `env` overrides settings; contacts need no approval unless it says so. `vendors` changes how the hub
 * is pointed at the stand-ins: what it answers is put over their environment.
 */
export async function startTestHub(
  options: {
    env?: Record<string, string>
    sandbox?: Partial<SandboxOptions>
    folder?: string
    vendors?: (standIns: Record<string, string>) => Record<string, string>
  } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'switchboard-test-'))
  const clock = shiftedClock()
  const sandboxOptions = { settings: { pace: instantPace }, ...options.sandbox }
  // Who wants other vendors must know the stand-ins' addresses before the hub reads its environment.
  const port = options.vendors ? await freePort() : 0
  const own = options.vendors
    ? await startSandbox({
        clock,
        hubUrl: `http://127.0.0.1:${port}`,
        file: join(folder, 'sandbox-world.json'),
        ...sandboxOptions,
      })
    : null
  const running: RunningHub = await startHub({
    env: {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: folder,
      LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
      APPROVE_CONTACTS: 'never',
      QUIET_HOURS: 'none',
      CONTACT_DAILY_CAP: '20',
      ...options.env,
    },
    clock,
    sandboxOptions,
    ...(own
      ? { sandbox: { env: { ...own.env, ...options.vendors?.(own.env) }, controlUrl: own.controlUrl } }
      : {}),
  })
  const { hub } = running
  const sandbox = own ?? running.sandbox
  if (!sandbox) throw new Error('test hubs run against the stand-ins')
  const { control } = sandbox
  const api = createHubClient(running.url, running.apiToken)

  /** When something happens next by itself, at the hub or among the simulated people. */
  async function nextDueAt(): Promise<number> {
    const atHub = await hub.nextDueAt()
    const inWorld = Object.values(control.world.agenda).map(({ at }) => at)
    return Math.min(atHub ?? Number.POSITIVE_INFINITY, ...inWorld)
  }

  /** Until nothing is under way: no webhook on the wire, no work running or due. Time does not move. */
  async function settle() {
    for (let quiet = 0; quiet < 3; ) {
      await sandbox?.webhooks.idle()
      await hub.dispatcher.idle()
      quiet = (await nextDueAt()) > clock.now() ? quiet + 1 : 0
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  /** Lets time pass, going from one thing that is due to the next so that nothing is overtaken. */
  async function pass(ms: number) {
    const until = clock.now() + ms
    await settle()
    for (;;) {
      const next = Math.min(until, await nextDueAt())
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

  /** Everything that the newest flow of a ticket did, as its page shows it. */
  async function runOf(ticketId: string): Promise<SeenRun> {
    const flow = await flowOf(ticketId)
    return SeenRun.parse(await api.call('GET', `/ai/flows/${flow.id}/run`))
  }

  /** Takes in documents of the sample knowledge base, by their file names without ending; all when none is named. */
  async function learn(...names: string[]) {
    const folder = fileURLToPath(knowledgeFolder)
    if (names.length === 0) await hub.knowledge.ingestFolder(ORG, folder)
    for (const name of names) {
      const content = readFileSync(join(folder, `${name}.md`), 'utf8')
      await hub.knowledge.ingest(ORG, { name: `${name}.md`, content, contentType: null })
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
    runOf,
    learn,
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
      await own?.close()
      if (!options.folder) rmSync(folder, { recursive: true, force: true })
    },
  }
}

const Row = z.record(z.string(), z.unknown())
const SeenRun = z.object({
  customer: Row.nullable(),
  consents: z.array(z.looseObject({ kind: z.string(), given: z.number(), words: z.string() })),
  profile: Row.nullable(),
  messages: z.array(
    z.looseObject({ direction: z.string(), kind: z.string(), channel: z.string(), body: z.string() }),
  ),
  calls: z.array(
    z.looseObject({
      id: z.string(),
      status: z.string(),
      outcome: z.string().nullable(),
      attempts: z.number(),
    }),
  ),
  deskWrites: z.array(
    z.looseObject({
      field: z.string(),
      old_value: z.string().nullable(),
      new_value: z.string().nullable(),
      state: z.string(),
    }),
  ),
  effects: z.array(z.looseObject({ skill: z.string(), state: z.string(), attempts: z.number() })),
  escalations: z.array(
    z.looseObject({
      id: z.string(),
      source: z.string(),
      priority: z.string(),
      reason: z.string(),
      brief: z.string(),
    }),
  ),
  modelRuns: z.array(
    z.looseObject({ purpose: z.string(), prompt: z.string(), provider: z.string(), outcome: z.string() }),
  ),
})
export type SeenRun = z.infer<typeof SeenRun>

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
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
