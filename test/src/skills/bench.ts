import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { createRaise } from '../../../src/escalations/index.ts'
import { createEvents, type Events, type Subscriber } from '../../../src/events/index.ts'
import { type JumpingClock, manualClock } from '../../../src/ops/clock.ts'
import { createIds } from '../../../src/ops/ids.ts'
import type { ChatSurface } from '../../../src/ports/index.ts'
import {
  type ContactGate,
  createSkills,
  type Occasion,
  type Skill,
  type SkillHub,
} from '../../../src/skills/index.ts'
import { migrate, openStore, qb } from '../../../src/store/index.ts'
import { upsertTicket } from '../../../src/store/rows/tickets.ts'
import { createWorkQueue } from '../../../src/work/index.ts'
import { ORG, START, ticketRow } from '../../contracts/rows.ts'

export type SkillBench = Awaited<ReturnType<typeof skillBench>>

/** A real store, ledger and escalations around the skills under test; no vendor, no flow. */
export async function skillBench(
  skills: readonly Skill[],
  more: { clock?: JumpingClock; chats?: readonly ChatSurface[]; databaseUrl?: string } = {},
) {
  const clock = more.clock ?? manualClock(START)
  const newId = createIds(clock)
  const log = pino({ level: 'silent' })
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-skills-'))
  const store = await openStore({ databaseUrl: more.databaseUrl ?? null, file: join(folder, 'store.db') })
  await migrate(store, clock.now())
  const queue = createWorkQueue({ clock, newId })
  const subscribers: Subscriber[] = []
  const events: Events = createEvents({ clock, newId, subscribers, onAppended: () => {} })
  const gate: { answer: Awaited<ReturnType<ContactGate>>; asked: number } = { answer: undefined, asked: 0 }
  const hub: SkillHub = {
    store,
    clock,
    newId,
    events,
    desks: new Map(),
    mailer: null,
    voice: null,
    chats: more.chats ?? [],
    settings: {
      companyName: 'Lumen Hotels',
      publicUrl: 'http://localhost',
      callWebhookUrl: 'http://localhost/calls',
      recordCalls: false,
      mailFrom: null,
      replyTo: (flowId) => `${flowId}@in.example`,
    },
    log,
    escalate: createRaise({ clock, newId, events: () => events }),
    dismissEscalation: async () => {},
    queueCall: async () => {},
    startFlow: async () => ({ id: 'flw_1', title: 'Started' }),
    recordOwnWrite: async () => {},
    refreshTicket: async () => {},
    searchKnowledge: async () => [],
  }
  const registry = createSkills({
    hub,
    skills,
    contactGate: async () => {
      gate.asked += 1
      return gate.answer
    },
    onEffect: () => {},
  })
  const occasion = (more: Partial<Occasion> = {}): Occasion => ({
    org: ORG,
    cause: 'test:1',
    actor: 'ai',
    caseId: null,
    flowId: null,
    fence: null,
    depth: 0,
    log,
    ...more,
  })
  return {
    clock,
    newId,
    store,
    queue,
    events,
    subscribers,
    hub,
    log,
    gate,
    skills: registry,
    act: (name: string, input: unknown, more?: Partial<Occasion>) =>
      registry.act(name, input, occasion(more)),
    effects: () => store.read.all(qb.selectFrom('effects').selectAll().orderBy('id')),
    escalations: () => store.read.all(qb.selectFrom('escalations').selectAll().orderBy('id')),
    setFence: (fence: number) => store.write((tx) => upsertTicket(tx, ticketRow({ ref: 'z:1', fence }))),
    async [Symbol.asyncDispose]() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
