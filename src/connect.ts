import type { Logger } from 'pino'
import type { Config } from './config/index.ts'
import type { OpenDoor } from './inbound/index.ts'
import type {
  ChatSurface,
  Check,
  Clock,
  Desk,
  Embedder,
  InboundMail,
  Integration,
  KnowledgeIndex,
  LanguageModel,
  Mailer,
  PortDeps,
  Reranker,
  TaskDesk,
  VoiceProvider,
} from './ports/index.ts'

/** The vendors that are on, behind their ports. */
export type Connections = {
  desks: ReadonlyMap<string, Desk>
  mailer: Mailer | null
  inboundMail: ReadonlyMap<string, InboundMail>
  voice: VoiceProvider | null
  chats: readonly ChatSurface[]
  model: LanguageModel | undefined
  fallbackModel: LanguageModel | undefined
  embedder: Embedder | undefined
  reranker: Reranker | null
  index: KnowledgeIndex | undefined
  taskDesk: TaskDesk | undefined
  doors: OpenDoor[]
  /** One per integration that is on, asked by `doctor` and `/readyz`. */
  checks: { name: string; title: string; check: () => Promise<Check> }[]
}

/** Builds the clients of every integration that is configured; nothing else is loaded. */
export async function connect(
  integrations: readonly Integration[],
  config: Config,
  deps: { clock: Clock; log: Logger },
): Promise<Connections> {
  const desks = new Map<string, Desk>()
  const inboundMail = new Map<string, InboundMail>()
  const chats: ChatSurface[] = []
  const doors: OpenDoor[] = []
  const checks: Connections['checks'] = []
  const one: Omit<Connections, 'desks' | 'inboundMail' | 'chats' | 'doors' | 'checks'> = {
    mailer: null,
    voice: null,
    model: undefined,
    fallbackModel: undefined,
    embedder: undefined,
    reranker: null,
    index: undefined,
    taskDesk: undefined,
  }
  for (const { name, title, ports, webhook } of integrations) {
    const settings = config.integrations[name]
    if (!settings) continue
    const portDeps: PortDeps = { clock: deps.clock, log: deps.log.child({ integration: name }) }
    const add = (port: string, check: () => Promise<Check>) =>
      checks.push({ name: `${name}.${port}`, title, check })

    const desk = await ports.desk?.(settings, portDeps)
    if (desk) {
      desks.set(name, desk)
      add('desk', () => desk.check())
    }
    const mailer = config.email.provider === name ? await ports.mailer?.(settings, portDeps) : undefined
    if (mailer) {
      one.mailer = mailer
      add('mailer', () => mailer.check())
    }
    const inbound = await ports.inboundMail?.(settings, portDeps)
    if (inbound) inboundMail.set(name, inbound)
    const voice = config.voice.provider === name ? await ports.voice?.(settings, portDeps) : undefined
    if (voice) {
      one.voice = voice
      add('voice', () => voice.check())
    }
    const chat = await ports.chat?.(settings, portDeps)
    if (chat) {
      chats.push(chat)
      add('chat', () => chat.check())
    }
    const model = await ports.model?.(settings, portDeps)
    if (model) {
      one.model = model
      add('model', () => model.check())
    }
    const fallback = await ports.fallbackModel?.(settings, portDeps)
    if (fallback) {
      one.fallbackModel = fallback
      add('fallback', () => fallback.check())
    }
    one.embedder ??= await ports.embedder?.(settings, portDeps)
    const reranker = await ports.reranker?.(settings, portDeps)
    if (reranker) {
      one.reranker = reranker
      add('reranker', () => reranker.check())
    }
    const index = await ports.index?.(settings, portDeps)
    if (index) {
      one.index = index
      add('index', () => index.check())
    }
    const taskDesk = await ports.taskDesk?.(settings, portDeps)
    if (taskDesk) {
      one.taskDesk = taskDesk
      add('desk', () => taskDesk.check())
    }
    // The door's own schema parsed these settings; the list holds doors of any configuration.
    if (webhook) doors.push({ provider: name, door: webhook as OpenDoor['door'], config: settings as never })
  }
  return { ...one, desks, inboundMail, chats, doors, checks }
}
