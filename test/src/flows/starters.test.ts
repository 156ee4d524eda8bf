import { describe, expect, it } from 'vitest'
import { type StepInput, TemplateDefinition } from '../../../src/flows/definition.ts'
import {
  createSchedule,
  createStarters,
  createTrigger,
  editSchedule,
  needSchedule,
  needTrigger,
  ScheduleInput,
  TriggerInput,
} from '../../../src/flows/index.ts'
import { runFlowWork } from '../../../src/flows/run-work.ts'
import { backoff, VendorError } from '../../../src/ops/errors.ts'
import type { Desk } from '../../../src/ports/index.ts'
import { qb, type Store } from '../../../src/store/index.ts'
import { insertFlowTemplate } from '../../../src/store/rows/flow-templates.ts'
import { createDispatcher, defineWork, nextRunAtBut } from '../../../src/work/index.ts'
import { ORG } from '../../contracts/rows.ts'
import { skillBench } from '../skills/bench.ts'

const HOUR = 3_600_000

/** Schedules and triggers around a real store and dispatcher; flows are started and not run. */
async function starterBench() {
  const bench = await skillBench([])
  const { store, clock, newId, queue, events, hub } = bench
  const faults = { desk: false, beforeWrite: async () => {} }
  const faulty: Store = {
    ...store,
    async write(work) {
      await faults.beforeWrite()
      return store.write(work)
    },
  }
  const getTicket = async () => {
    if (faults.desk)
      throw new VendorError({ code: 'vendor_unavailable', vendor: 'x', retry: backoff, hint: 'down' })
    return undefined
  }
  const deps = {
    store,
    clock,
    newId,
    queue,
    events,
    desks: new Map([['x', { name: 'x', getTicket } as unknown as Desk]]),
    settings: {},
    defaultZone: 'UTC',
  }
  const starters = createStarters({ ...deps, store: faulty, escalate: hub.escalate })
  bench.subscribers.push(starters.subscriber)
  const dead: string[] = []
  const dispatcher = createDispatcher({
    store,
    queue,
    kinds: [...starters.work, defineWork({ ...runFlowWork, run: async () => undefined })],
    clock,
    random: () => 0.5,
    log: bench.log,
    concurrency: 4,
    onDead: async (_tx, { kind }) => void dead.push(kind),
    onRun: () => {},
  })
  await dispatcher.start()
  const steps: StepInput[] = [{ name: 'rest', type: 'delay', title: 'Rest', for: '1h' }]
  const params = { ticket: { type: 'string', description: 'Any', required: false } }
  const definition = TemplateDefinition.parse({
    ...{ name: 'rest', version: 1, title: 'Rest', description: 'For tests.', deadline: '1d' },
    params,
    steps,
  })
  const row = { org: ORG, name: 'rest', version: 1, definition: JSON.stringify(definition) }
  await store.write((tx) =>
    tx.run(insertFlowTemplate({ ...row, created_by: 'test', from_flow: null, created_at: 0 })),
  )
  return {
    ...bench,
    deps,
    faults,
    dead,
    schedule: (given: Partial<ScheduleInput> = {}) =>
      createSchedule(
        deps,
        ORG,
        ScheduleInput.parse({ name: 'Rest', template: 'rest', cron: '0 * * * *', ...given }),
        'user:ada',
      ),
    trigger: (event: string, given: Record<string, unknown> = {}) =>
      createTrigger(
        deps,
        ORG,
        TriggerInput.parse({ name: 'Rest', template: 'rest', event, ...given }),
        'user:ada',
      ),
    flows: () => store.read.all(qb.selectFrom('flows').selectAll().orderBy('id')),
    work: () => store.read.all(qb.selectFrom('work').selectAll()),
    settle: () => dispatcher.idle(),
    /** Lets time pass, from one due thing to the next. */
    async pass(ms: number) {
      const until = clock.now() + ms
      for (;;) {
        await dispatcher.idle()
        const next = Math.min((await nextRunAtBut(store.read, [])) ?? until, until)
        clock.advance(Math.max(next - clock.now(), 0))
        await dispatcher.idle()
        if (clock.now() >= until) return
      }
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.stop(1_000)
      await bench[Symbol.asyncDispose]()
    },
  }
}

const closed = { type: 'ticket_closed', ticket: 'x:1' } as const

describe('a schedule', () => {
  it('starts one flow for a time, though the hub dies between starting it and noting that it did', async () => {
    await using bench = await starterBench()
    const { id } = await bench.schedule()
    let writes = 0
    bench.faults.beforeWrite = async () => {
      writes += 1
      if (writes === 2) throw new Error('the process is gone')
    }
    await bench.pass(HOUR)
    expect(await bench.flows()).toHaveLength(1)
    expect(await needSchedule(bench.deps, ORG, id)).toMatchObject({ last_flow_id: null })

    await bench.pass(HOUR / 2)
    const flows = await bench.flows()
    expect(flows).toHaveLength(1)
    expect(await needSchedule(bench.deps, ORG, id)).toMatchObject({
      last_flow_id: flows[0]?.id,
      last_error: null,
    })
  })

  it('tries again while a desk is down, then leaves that time out and goes on with the next', async () => {
    await using bench = await starterBench()
    const { id, next_at: first } = await bench.schedule({ params: { ticket: 'x:1' } })
    bench.faults.desk = true
    await bench.pass(1.5 * HOUR)
    expect(bench.dead).toEqual(['flow.schedule'])
    expect(await needSchedule(bench.deps, ORG, id)).toMatchObject({
      last_error: 'x: down',
      next_at: (first ?? 0) + HOUR,
    })
    bench.faults.desk = false
    await bench.pass(HOUR)
    expect(await needSchedule(bench.deps, ORG, id)).toMatchObject({ last_error: 'There is no ticket x:1.' })
  })

  it('that is moved while its flow is being started keeps the new time', async () => {
    await using bench = await starterBench()
    const { id } = await bench.schedule()
    const edits: Promise<unknown>[] = []
    bench.faults.beforeWrite = async () => {
      if (edits.length === 0) edits.push(editSchedule(bench.deps, ORG, id, { cron: '30 12 * * *' }))
      await Promise.all(edits)
    }
    await bench.pass(HOUR)
    const moved = await needSchedule(bench.deps, ORG, id)
    expect(new Date(moved.next_at ?? 0).toISOString()).toMatch(/T12:30/)
    const waiting = (await bench.work()).filter(({ kind }) => kind === 'flow.schedule')
    expect(waiting.map(({ run_at }) => run_at)).toEqual([moved.next_at])
  })

  it('takes one of two changes at the same moment, and tells the other', async () => {
    await using bench = await starterBench()
    const { id } = await bench.schedule()
    const edits = await Promise.allSettled(
      ['Ada', 'Bob'].map((name) => editSchedule(bench.deps, ORG, id, { name })),
    )
    const [refused] = edits.filter((edit) => edit.status === 'rejected')
    expect(refused?.reason).toMatchObject({ code: 'conflict' })
    expect(edits.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('has one row of work, however often it is changed', async () => {
    await using bench = await starterBench()
    const { id } = await bench.schedule()
    for (const cron of ['*/5 * * * *', '0 0 * * *', '*/10 * * * *'])
      await editSchedule(bench.deps, ORG, id, { cron })
    await bench.pass(2 * HOUR)
    expect((await bench.work()).filter(({ kind }) => kind === 'flow.schedule')).toHaveLength(1)
  })
})

describe('a trigger', () => {
  it('costs nothing at events of other types: no row of work is written for them', async () => {
    await using bench = await starterBench()
    for (let i = 0; i < 20; i += 1) await bench.trigger('ticket_created')
    await bench.store.write((tx) => bench.events.raise(tx, closed, { org: ORG }))
    expect(await bench.work()).toEqual([])
  })

  it('starts one flow for an event, though the hub dies between starting it and noting that it did', async () => {
    await using bench = await starterBench()
    const { id } = await bench.trigger('ticket_closed')
    let writes = 0
    bench.faults.beforeWrite = async () => {
      writes += 1
      if (writes === 2) throw new Error('the process is gone')
    }
    await bench.store.write((tx) => bench.events.raise(tx, closed, { org: ORG }))
    await bench.pass(HOUR)
    const flows = await bench.flows()
    expect(flows).toMatchObject([{ start_key: expect.stringMatching(`trigger:${id}:evt_`) }])
    expect(await needTrigger(bench.deps, ORG, id)).toMatchObject({
      last_flow_id: flows[0]?.id,
      last_error: null,
    })
  })

  it('that cannot start keeps the others of its event from nothing', async () => {
    await using bench = await starterBench()
    const at = { params: { ticket: '{{event.ticket}}' } }
    const stuck = await bench.trigger('ticket_closed', at)
    const free = await bench.trigger('ticket_closed')
    bench.faults.desk = true
    await bench.store.write((tx) => bench.events.raise(tx, closed, { org: ORG }))
    await bench.settle()
    expect(await bench.flows()).toMatchObject([{ requested_from: `trigger ${free.id}` }])
    expect(await needTrigger(bench.deps, ORG, stuck.id)).toMatchObject({ last_at: null })
  })

  it('leaves out a parameter for which its event has nothing', async () => {
    await using bench = await starterBench()
    await bench.trigger('call_ended', { params: { ticket: '{{event.ticket}}' } })
    const ended = {
      callId: 'cal_1',
      customerId: 'cus_1',
      flowId: null,
      ticket: null,
      outcome: null,
      durationS: 0,
    }
    await bench.store.write((tx) =>
      bench.events.raise(tx, { type: 'call_ended', ...ended, endedAt: 0 }, { org: ORG }),
    )
    await bench.settle()
    const [flow] = await bench.flows()
    expect(JSON.parse(flow?.context ?? '{}')).toMatchObject({ params: {}, event: { callId: 'cal_1' } })
  })
})
