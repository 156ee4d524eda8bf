import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { createAi, createRecorder, loadPrompts } from './ai/index.ts'
import { type CallerDeps, createCaller, placeCallWork, watchCalls } from './calls/index.ts'
import type { Config } from './config/index.ts'
import { connect } from './connect.ts'
import { createRaise, dismissOnce } from './escalations/index.ts'
import { createEvents, type Events, getEvent, type Subscriber } from './events/index.ts'
import {
  assignToAi,
  createEngine,
  createPlanner,
  createStarters,
  followAssignments,
  guardedSkills,
  reportFailures,
  settleCancelled,
  startByRequest,
  templates,
  wakeOnEvents,
  watchFlows,
} from './flows/index.ts'
import { createHttp, createLive, createSockets, type SandboxDoor } from './inbound/index.ts'
import { createEmbeddedIndex, createKnowledge, createLocalEmbedder } from './knowledge/index.ts'
import { collectHealth, remembered } from './ops/health.ts'
import { createIds } from './ops/ids.ts'
import { createMetrics } from './ops/metrics.ts'
import { alertTeam, followFlows, writeCard } from './outbound/index.ts'
import {
  contactGate,
  followMail,
  makeReplyAddress,
  outreachDecisions,
  outreachSkills,
  receiveMail,
} from './outreach/index.ts'
import type { Check, Clock, Integration } from './ports/index.ts'
import {
  actingSkills,
  createSkills,
  type EffectMoment,
  type SkillHub,
  type Skills,
  taskSkills,
} from './skills/index.ts'
import { migrate, openStore } from './store/index.ts'
import { documentRows } from './store/rows/documents.ts'
import { followDesks, pollDesks, recordTicket, refreshTicket } from './tickets/index.ts'
import {
  createDispatcher,
  createWorkQueue,
  NEXT_ROUND,
  nextRunAtBut,
  type OrgId,
  workFigures,
} from './work/index.ts'

/** A self-hosted hub has one organisation; every row names it. */
export const ORG: OrgId = 'default'

const WORK_CONCURRENCY = 64

export type HubOptions = {
  config: Config
  secrets: { secretKey: string; apiToken: string }
  integrations: readonly Integration[]
  clock: Clock
  log: Logger
  version: string
  /** What the console may steer, in the sandbox. */
  sandbox?: SandboxDoor | null
  /** For tests that crash the process between any two commits. */
  onStep?: (about: { flowId: string; step: string; moment: 'before' | 'after' }) => void
  onEffectMoment?: (about: EffectMoment) => void
  onStart?: (flow: { requested_from: string }) => void
}

export type Hub = Awaited<ReturnType<typeof createHub>>

/** Composes the parts, by plain arguments, top to bottom. Nothing runs until `start`. */
export async function createHub(options: HubOptions) {
  const { config, clock, log } = options
  const newId = createIds(clock)
  const random = Math.random
  const metrics = createMetrics()
  const live = createLive()

  const store = await openStore({
    databaseUrl: config.store.databaseUrl,
    file: join(config.store.dataDir, 'switchboard.db'),
  })
  const ran = await migrate(store, clock.now())
  if (ran.length > 0) log.info({ migrations: ran }, 'the schema is up to date')

  const auth = { store, apiToken: options.secrets.apiToken, openOnLoopback: config.sandbox }
  const sockets = createSockets({ store, org: ORG, auth, ...config.server, log })
  const connections = await connect(options.integrations, config, { clock, log })
  const { desks, mailer, voice } = connections
  const queue = createWorkQueue({ clock, newId })

  // — facts; who hears of them is collected below, before anything is appended —
  const subscribers: Subscriber[] = []
  const events: Events = createEvents({
    clock,
    newId,
    subscribers,
    onAppended: ({ id, event: { type }, caseId, cause }) => {
      metrics.events.inc({ type })
      log.debug({ caseId, event: type, eventId: id, cause }, 'it happened')
    },
  })
  const escalate = createRaise({ clock, newId, events: () => events })

  // — beside: knowledge and AI —
  const embedder = connections.embedder ?? (await createLocalEmbedder({ log }))
  const index =
    connections.index ?? (await createEmbeddedIndex({ file: join(config.store.dataDir, 'index.db'), log }))
  const documents = documentRows(store)
  const knowledge = createKnowledge({
    documents,
    index,
    embedder,
    reranker: connections.reranker,
    clock,
    log,
  })

  const recorder = createRecorder({ store, newId, org: ORG, metrics })
  const prompts = await loadPrompts(fileURLToPath(new URL('../prompts/', import.meta.url)))
  const ai = createAi({
    primary: connections.model,
    fallback: connections.fallbackModel,
    prompts,
    clock,
    log,
    newId: () => newId('run'),
    random,
    note: recorder.note,
    record: recorder.record,
    prices: config.model.prices,
    limits: { timeoutMs: config.model.timeoutMs },
  })

  // — act —
  const company = {
    name: config.company.name ?? config.email.from?.name ?? 'our company',
    about: config.company.about ?? '',
    address: config.company.address ?? null,
    defaultCountry: config.company.defaultCountry,
  }
  const ownAddresses = [config.email.from?.email, config.email.replyTo].filter(
    (one) => typeof one === 'string',
  )
  const outreach = {
    store,
    clock,
    newId,
    desks,
    ai,
    prompts,
    knowledge,
    note: recorder.note,
    log,
    company,
    own: { addresses: ownAddresses, phones: [] },
  }
  const queueCall: SkillHub['queueCall'] = (tx, org, call) =>
    queue.add(
      tx,
      placeCallWork,
      { callId: call.id },
      { org, caseId: call.caseId, ...(call.runAt ? { runAt: call.runAt } : {}) },
    )
  const syncDeps = { store, clock, newId, events, desks }
  const skillHub: SkillHub = {
    store,
    clock,
    newId,
    events,
    desks,
    mailer,
    voice,
    chats: connections.chats,
    settings: {
      companyName: company.name,
      publicUrl: config.server.publicUrl,
      callWebhookUrl: `${config.server.publicUrl}/api/v1/webhooks/call_completed${voice ? `?provider=${voice.name}` : ''}`,
      recordCalls: config.calls.record,
      mailFrom: config.email.from,
      replyTo: (flowId) =>
        makeReplyAddress(config.email.replyTo ?? 'reply@localhost', flowId, options.secrets.secretKey),
    },
    log,
    escalate,
    dismissEscalation: (org, id, reason) => dismissOnce({ store, clock, events }, org, id, reason),
    queueCall,
    startFlow: (org, request) => startByRequest(starting, org, request),
    recordOwnWrite: async (tx, org, desk, ticket, by) => {
      await recordTicket(syncDeps, tx, org, desk, ticket, { ...by, ours: true })
    },
    refreshTicket: (org, ref) => refreshTicket(syncDeps, org, ref),
    searchKnowledge: async (org, text, limit) => (await knowledge.search(org, text, { limit })).hits,
  }
  const skills: Skills = createSkills({
    hub: skillHub,
    skills: [
      ...actingSkills,
      ...taskSkills(connections.taskDesk),
      ...outreachSkills(outreach),
      writeCard({ store, publicUrl: config.server.publicUrl }),
    ],
    contactGate: contactGate({
      clock,
      quietHours: config.contacts.quietHours,
      dailyCap: config.contacts.dailyCap,
      maxCallAttempts: config.calls.maxRetries + 1,
      onRefused: (gate) => metrics.effects.inc({ skill: 'contact', state: `refused_${gate}` }),
    }),
    onEffect: (skill, state) => metrics.effects.inc({ skill, state }),
    ...(options.onEffectMoment ? { onMoment: options.onEffectMoment } : {}),
  })

  // — decide —
  const flowSettings = {
    replyReminderMs: config.waiting.replyReminderMs,
    replyAfterReminderMs: config.waiting.replyGiveUpMs - config.waiting.replyReminderMs,
    approvalGiveUpMs: config.waiting.approvalGiveUpMs,
    announceMs: config.waiting.callAnnouncedMs,
  }
  const decisions = outreachDecisions(outreach)
  const engine = createEngine({
    store,
    clock,
    newId,
    queue,
    events,
    skills: guardedSkills(skills, config.skills.policy, store.read),
    decisions,
    ai,
    bounds: config.flows.bounds,
    approvalNeeded: (approvedBefore) =>
      config.contacts.approve === 'always' || (config.contacts.approve === 'first' && !approvedBefore),
    random,
    onFlowEnd: (template, outcome) => metrics.flowsEnded.inc({ template, outcome }),
    onChange: (id) => live.tell({ kind: 'flow', id }),
    onTransition: sockets.onTransition,
    ...(options.onStep ? { onStep: options.onStep } : {}),
  })
  const mainJob = templates.get('resolve_ticket')
  if (!mainJob) throw new Error('the template resolve_ticket is missing')
  const assignments = followAssignments({
    store,
    clock,
    newId,
    queue,
    events,
    template: mainJob,
    settings: flowSettings,
  })
  const cancelled = settleCancelled({ store, queue, skills })
  const starting = {
    ...syncDeps,
    queue,
    settings: flowSettings,
    defaultZone: config.company.timeZone,
    ...(options.onStart ? { onStart: options.onStart } : {}),
  }
  const starters = createStarters({ ...starting, escalate })
  const checking = {
    store,
    skills,
    policy: config.skills.policy,
    decisions: new Set(decisions.keys()),
    approve: config.contacts.approve,
  }
  const planner = createPlanner({
    ...starting,
    ...checking,
    ai,
    prompts,
    note: recorder.note,
    model: { prices: config.model.prices, model: connections.model?.model ?? null },
  })
  const desk = followDesks({ ...syncDeps, queue })
  const mailDeps = {
    store,
    queue,
    events: () => events,
    clock,
    newId,
    inbound: connections.inboundMail,
    own: { addresses: ownAddresses, messageIdDomain: null },
    secret: options.secrets.secretKey,
    escalate,
    log,
  }
  const mailIn = receiveMail(mailDeps)
  const mailOut = followMail(mailDeps)
  const callerDeps: CallerDeps = {
    store,
    queue,
    clock,
    newId,
    events,
    skills,
    voice,
    queueCall,
    limits: { maxRetries: config.calls.maxRetries, backoffMultiplier: config.calls.backoffMultiplier },
    settings: config.calls,
  }
  const caller = createCaller(callerDeps)
  const alerts = alertTeam({ store, queue, skills: () => skills, publicUrl: config.server.publicUrl, log })
  const flowCards = followFlows({ store, queue, skills: () => skills, publicUrl: config.server.publicUrl })
  const poll = pollDesks({
    ...syncDeps,
    everyMs: config.waiting.deskSweepMs,
    onMissed: (name) => metrics.deskMissed.inc({ desk: name }),
    onRecovered: (name) => metrics.deskRecovered.inc({ desk: name }),
  })
  const watches = [watchFlows({ store, clock, queue, escalate }), watchCalls(callerDeps)]
  subscribers.push(
    wakeOnEvents({ queue }),
    reportFailures({ escalate }),
    starters.subscriber,
    ...assignments.subscribers,
    cancelled.subscriber,
    desk.subscriber,
    mailIn.subscriber,
    mailOut.subscriber,
    ...caller.subscribers,
    alerts.subscriber,
    flowCards.subscriber,
    sockets.subscriber,
    { types: 'all', onAppend: async (tx, stored) => tx.afterCommit(() => tellPages(stored.event)) },
  )
  function tellPages(event: { type: string }) {
    if ('escalationId' in event) live.tell({ kind: 'escalation', id: String(event.escalationId) })
    else if ('callId' in event) live.tell({ kind: 'call', id: String(event.callId) })
    else if ('ticket' in event && event.ticket) live.tell({ kind: 'ticket', id: String(event.ticket) })
  }

  const dispatcher = createDispatcher({
    store,
    queue,
    kinds: [
      engine,
      ...starters.work,
      ...assignments.work,
      cancelled.work,
      desk.work,
      mailIn.work,
      mailOut.work,
      ...caller.work,
      alerts.work,
      flowCards.work,
      poll,
      ...watches,
    ],
    clock,
    random,
    log,
    concurrency: WORK_CONCURRENCY,
    onDead: async (tx, row, error) => {
      // What alerts people of escalations would alert, and fail, again and again.
      if (row.kind === alerts.work.kind) return
      await escalate(tx, row.org, {
        cause: `dead_work:${row.id}`,
        priority: 'normal',
        source: 'dead_work',
        reason: `Work of kind ${row.kind} gave up after ${row.attempts} attempts.`,
        brief: `${error instanceof Error ? error.message : String(error)}\nNext: mend the cause, then replay it: npm run cli -- work replay ${row.id}`,
        ticket: row.case_id?.includes(':') ? row.case_id : null,
      })
    },
    onRun: (kind, result, ms) => {
      metrics.work.inc({ kind, result })
      metrics.workSeconds.observe({ kind }, ms / 1_000)
    },
  })
  metrics.gauge(
    'work_due',
    'Rows of work that are due or waiting for their time',
    async () => (await workFigures(store.read)).due,
  )
  metrics.gauge('work_dead', 'Rows of work that gave up', async () => (await workFigures(store.read)).dead)

  // — in —
  let work: 'starting' | 'running' | 'stopping' = 'starting'
  const workState = async (): Promise<Check> => {
    const { due, dead } = await workFigures(store.read)
    if (work === 'running') return { ok: true, detail: `running; ${due} rows wait, ${dead} gave up` }
    return { ok: false, detail: work, hint: 'Wait until the hub has started; see its log.' }
  }
  const healthChecks = [
    {
      name: 'store',
      required: true,
      check: async () => {
        await workFigures(store.read)
        return { ok: true as const, detail: store.dialect }
      },
    },
    // A process that only keeps the doors leaves work to others.
    ...(config.store.role === 'web' ? [] : [{ name: 'dispatcher', required: true, check: workState }]),
    ...connections.checks.map(({ name, check }) => ({
      name,
      required: false,
      check: remembered(check, clock, 60_000),
    })),
  ]
  const http = createHttp({
    webhooks: {
      store,
      events,
      clock,
      newId,
      doors: connections.doors,
      org: ORG,
      log,
      onVerdict: (source, verdict) => metrics.webhooks.inc({ source, verdict }),
    },
    api: {
      store,
      clock,
      newId,
      queue,
      events,
      skills,
      knowledge,
      documents,
      desks,
      voice,
      org: ORG,
      log,
      approveOwn: config.contacts.approveOwn,
      startFlow: (template, params, by, from) =>
        startByRequest(starting, ORG, { template, params, by, from }),
      assignToAi: (ref) => assignToAi(starting, ORG, ref),
      planner,
      editing: { ...starting, ...checking, onChange: (id) => live.tell({ kind: 'flow', id }) },
      starting,
    },
    auth,
    live,
    sockets,
    origins: config.server,
    policy: config.skills.policy,
    health: () => collectHealth(healthChecks, clock),
    registry: metrics.registry,
    pages: fileURLToPath(new URL('../dist/web', import.meta.url)),
    sandbox: options.sandbox ?? null,
    clock,
    version: options.version,
    log,
  })

  return {
    http,
    live,
    sockets,
    store,
    knowledge,
    documents,
    dispatcher,
    connections,
    /** Runs the work of an event's subscribers again. @returns how many there are; undefined without the event. */
    async replayEvent(id: string): Promise<number | undefined> {
      const stored = await getEvent(store.read, ORG, id)
      return stored && store.write((tx) => events.replay(tx, stored))
    },
    /** When something of a case is due next: what simulated time may jump to. */
    async nextDueAt() {
      const rounds = [poll, ...watches].map(({ kind }) => kind)
      const next = await nextRunAtBut(store.read, rounds)
      // Nothing is jumped over while something runs: what it will be waiting for is not in the queue yet.
      return dispatcher.running() > 0 ? clock.now() : next
    },
    /** Opens the index and begins to run due work. */
    async start() {
      await knowledge.open()
      if (config.store.role === 'web') return
      await store.write(async (tx) => {
        for (const name of desks.keys()) {
          await queue.add(tx, poll, { desk: name }, { org: ORG, id: `wrk_poll_${name}` })
        }
        for (const watch of watches) {
          await queue.add(tx, watch, {}, { org: ORG, id: `wrk_${watch.kind.replace('.', '_')}` })
          await queue.hasten(tx, watch, NEXT_ROUND)
        }
      })
      await dispatcher.start()
      work = 'running'
    },
    /** Stops taking work, lets what runs finish within the bound, closes everything. */
    async stop(boundMs = 10_000) {
      work = 'stopping'
      await dispatcher.stop(boundMs)
      await index.close()
      await embedder.close()
      await store.close()
    },
  }
}
