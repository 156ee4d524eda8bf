import { describe, expect, it } from 'vitest'
import { type CallerDeps, createCaller, watchCalls } from '../../../src/calls/index.ts'
import type { CallSnapshot, VoiceProvider } from '../../../src/ports/index.ts'
import { type CallsTable, qb } from '../../../src/store/index.ts'
import { getCall, insertCall } from '../../../src/store/rows/calls.ts'
import { insertEffect } from '../../../src/store/rows/effects.ts'
import { createDispatcher } from '../../../src/work/index.ts'
import { effectRow, ORG, START } from '../../contracts/rows.ts'
import { skillBench } from '../skills/bench.ts'

const MINUTE = 60_000
const pack = {
  language: 'en',
  firstMessage: 'Hello',
  systemPrompt: 'Be kind',
  successCriteria: 'All settled',
}

const callRow = (given: Partial<CallsTable>): CallsTable => ({
  id: 'cal_1',
  org: ORG,
  customer_id: 'cus_1',
  ticket: null,
  flow_id: null,
  case_id: 'case',
  status: 'processing',
  phone: '+351912345678',
  language: 'en',
  attempts: 1,
  provider: 'vapi',
  provider_call_id: 'v-1',
  provider_key: 'eff_1',
  context_pack: JSON.stringify(pack),
  held_gate: null,
  held_until: null,
  outcome: null,
  ended_reason: null,
  reason: null,
  started_at: null,
  ended_at: null,
  duration_s: null,
  summary: null,
  success: null,
  recording_url: null,
  cost_usd: null,
  dialled_at: START,
  created_at: START,
  updated_at: START,
  ...given,
})

const ended: CallSnapshot = {
  providerCallId: 'v-1',
  key: 'eff_1',
  state: 'ended',
  outcome: 'answered',
  endedReason: 'hangup',
  startedAt: START,
  endedAt: START + MINUTE,
  durationS: 60,
  turns: [],
  summary: null,
  success: true,
  recordingUrl: null,
  costUsd: 0.1,
}

/** A caller whose rows of work a crash, or a bug, has left away. */
async function callerBench(
  call: Partial<CallsTable>,
  status: () => CallSnapshot | undefined | Error = () => ended,
) {
  const bench = await skillBench([])
  const { store, queue, clock, newId, events, log } = bench
  const queued: (number | undefined)[] = []
  const voice: VoiceProvider = {
    name: 'vapi',
    initiateCall: async () => ({ providerCallId: 'v-1' }),
    async getCallStatus() {
      const said = status()
      if (said instanceof Error) throw said
      return said
    },
    getCallRecording: async () => undefined,
    findCall: async () => undefined,
    endCall: async () => {},
    check: async () => ({ ok: true, detail: 'here' }),
  }
  const deps: CallerDeps = {
    store,
    queue,
    clock,
    newId,
    events,
    skills: bench.skills,
    voice,
    queueCall: async (_tx, _org, { runAt }) => void queued.push(runAt),
    limits: { maxRetries: 3, backoffMultiplier: 2 },
    settings: { schedulerIntervalMs: 30_000, pollIntervalMs: 5_000, maxPollMs: 30 * MINUTE, concurrency: 10 },
  }
  const caller = createCaller(deps)
  bench.subscribers.push(...caller.subscribers)
  const watch = watchCalls(deps)
  const dispatcher = createDispatcher({
    store,
    queue,
    kinds: [...caller.work, watch],
    clock,
    random: () => 0.5,
    log,
    concurrency: 4,
    onDead: async () => {},
    onRun: () => {},
  })
  await store.write(async (tx) => {
    await tx.run(insertCall(callRow(call)))
    await tx.run(insertEffect(effectRow({ skill: 'dial_call', idempotency_key: 'dial_call:call:cal_1:1' })))
    await queue.add(tx, watch, {}, { org: ORG, id: 'wrk_call_watch' })
  })
  await dispatcher.start()
  return {
    ...bench,
    queued,
    call: () => getCall(store.read, ORG, 'cal_1'),
    raisedAs: async () =>
      (await store.read.all(qb.selectFrom('events').select('type').orderBy('id'))).map(({ type }) => type),
    report: (snapshot: CallSnapshot) =>
      store.write((tx) =>
        events.raise(tx, { type: 'call_reported', provider: 'vapi', call: snapshot }, { org: ORG }),
      ),
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= MINUTE / 2) {
        await dispatcher.idle()
        clock.advance(Math.min(left, MINUTE / 2))
      }
      await dispatcher.idle()
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.stop(100)
      await bench[Symbol.asyncDispose]()
    },
  }
}

describe('a call that nothing would carry on', () => {
  it('is asked after again when it was placed', async () => {
    await using bench = await callerBench({})
    await bench.pass(3 * MINUTE)
    expect(await bench.call()).toMatchObject({ status: 'completed', outcome: 'answered' })
    expect(await bench.raisedAs()).toEqual(['call_ended'])
  })

  it('is queued again, for the time it is held until, when it waits to be dialled', async () => {
    await using bench = await callerBench({
      status: 'pending_ai_call',
      provider_call_id: null,
      held_gate: 'quiet_hours',
      held_until: START + 90 * MINUTE,
    })
    await bench.pass(2 * MINUTE)
    expect(bench.queued).toContain(START + 90 * MINUTE)
  })

  it('of which nobody can tell whether it was placed is given up once it would surely be over', async () => {
    await using bench = await callerBench({ provider_call_id: null })
    await bench.pass(29 * MINUTE)
    expect((await bench.call())?.status).toBe('processing')
    await bench.pass(3 * MINUTE)
    expect(await bench.call()).toMatchObject({ status: 'failed', outcome: 'unknown' })
    expect(await bench.raisedAs()).toEqual(['call_failed', 'call_ended'])
  })

  it('whose provider cannot be asked for ever so long is given up', async () => {
    await using bench = await callerBench({}, () => new Error('the provider is down'))
    await bench.pass(90 * MINUTE)
    expect(await bench.call()).toMatchObject({
      status: 'failed',
      outcome: 'unknown',
      reason: 'the provider is down',
    })
  })
})

describe('a report of a call whose placing was never confirmed', () => {
  it('is the answer that the request lost, and counts once', async () => {
    await using bench = await callerBench({ provider_call_id: null })
    await bench.report(ended)
    await bench.report(ended)
    await bench.pass(MINUTE)
    expect(await bench.call()).toMatchObject({ status: 'completed', provider_call_id: 'v-1' })
    expect((await bench.effects())[0]).toMatchObject({
      state: 'done',
      answer: '{"provider":"vapi","providerCallId":"v-1"}',
    })
    expect((await bench.raisedAs()).filter((type) => type === 'call_ended')).toHaveLength(1)
  })
})
