import { describe, expect, it } from 'vitest'
import { openStore, raw } from '../../../src/store/index.ts'
import { spend } from '../../../src/store/rows/flow-family.ts'
import { saveStep } from '../../../src/store/rows/flow-steps.ts'
import { freshPostgres, hasPostgres } from '../../postgres.ts'
import { call, flowBench } from './bench.ts'

const closed = { type: 'ticket_closed', ticket: 'z:1' } as const

describe.skipIf(!hasPostgres)('on Postgres, where transactions overlap,', () => {
  it('an event that is being appended while its flow begins to wait is not slept through', async () => {
    const databaseUrl = await freshPostgres()
    const door = await openStore({ databaseUrl, file: '' })
    let appending: Promise<void> | undefined
    await using bench = await flowBench({
      databaseUrl,
      steps: [
        call('first'),
        {
          name: 'wait',
          type: 'wait_event',
          title: 'Wait',
          event: 'ticket_closed',
          correlation: 'z:1',
          within: '1h',
          waiting_for: 'the ticket to be closed',
        },
      ],
      // Before the engine looks, another process has appended the event; it takes its time to commit.
      skills: {
        note: () =>
          new Promise<void>((inserted) => {
            appending = appendSlowly(inserted)
          }),
      },
    })
    function appendSlowly(inserted: () => void) {
      const fact = { event: closed, source: 'test', dedupeKey: null, occurredAt: null }
      return door.write(async (tx) => {
        await bench.events.append(tx, fact, { org: 'default' })
        inserted()
        await expect.poll(engineWaits, { timeout: 5_000 }).toBe(true)
      })
    }
    /** For us, or for the event because it never saw us. */
    async function engineWaits() {
      const blocked = await door.read.all(raw('SELECT 1 FROM pg_locks WHERE NOT granted'))
      return blocked.length > 0 || (await bench.flow()).status === 'waiting'
    }

    await bench.start()
    await appending
    await bench.settle()
    expect((await bench.flow()).status).toBe('completed')
    await door.close()
  })

  it('a step that comes to its end while its flow is being cancelled stays done', async () => {
    const databaseUrl = await freshPostgres()
    const door = await openStore({ databaseUrl, file: '' })
    await using bench = await flowBench({
      databaseUrl,
      steps: [{ name: 'rest', type: 'delay', title: 'Rest', for: '1h' }, call('next')],
      skills: { note: () => {} },
    })
    await bench.start()
    const { step } = await bench.flow()
    let cancelling: Promise<boolean> | undefined
    await door.write(async (tx) => {
      // As the engine does it in another process, which takes its time to commit.
      await tx.run(raw('UPDATE flows SET position = 1, entered_runs = 1, steps_executed = 2'))
      const done = { ...step('rest'), status: 'completed', result: '"rested"' }
      await saveStep(tx, done)
      cancelling = bench.cancel()
      const blocked = () => door.read.all(raw('SELECT 1 FROM pg_locks WHERE NOT granted'))
      await expect.poll(async () => (await blocked()).length, { timeout: 5_000 }).toBeGreaterThan(0)
    })
    expect(await cancelling).toBe(true)
    const flow = await bench.flow()
    expect(flow.status).toBe('cancelled')
    expect(flow.step('rest')).toMatchObject({ status: 'completed', answer: 'rested' })
    expect(flow.step('next')).toMatchObject({ status: 'cancelled', runs: 1 })
    await door.close()
  })

  it('of two answers to one approval at the same moment one counts', async () => {
    await using bench = await flowBench({
      databaseUrl: await freshPostgres(),
      steps: [{ name: 'ask', type: 'approval', title: 'Ask', policy: 'always', payload: {}, within: '1h' }],
    })
    const stepId = (await bench.start())?.step('ask').id ?? ''
    const answers = await Promise.allSettled(
      ['approve', 'reject', 'approve'].map((value) => bench.answer(stepId, value)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
  })

  it('branches end, spend and are cancelled side by side', async () => {
    const branches = ['a', 'b', 'c', 'd'].map((name) => ({
      name,
      steps: ['one', 'two', 'three'].map((step) => ({ ...branchCall, name: step, title: step })),
    }))
    await using bench = await flowBench({
      databaseUrl: await freshPostgres(),
      steps: [
        { name: 'all', type: 'parallel', title: 'All', branches },
        {
          name: 'first',
          type: 'parallel',
          title: 'First',
          join: 'first',
          branches: [
            ...branches,
            { name: 'slow', steps: [{ name: 'pause', type: 'delay', title: 'A pause', for: '1h' }] },
          ],
        },
      ],
      skills: { note: (_, { flowId }) => bench.store.write((tx) => spend(tx, flowId ?? '', 0.01, 10)) },
    })
    const flow = await bench.start()
    expect(flow?.status).toBe('completed')
    const ends = (await bench.children()).map(({ status }) => status)
    expect(ends.slice(0, 4)).toEqual(['completed', 'completed', 'completed', 'completed'])
    expect(ends.at(-1)).toBe('cancelled')
    const done = (await bench.effects()).filter(({ state }) => state === 'done').length
    expect(flow?.spent_tokens).toBe(done * 10)
    expect(flow?.steps_below).toBeGreaterThanOrEqual(done)
  })
})

const branchCall = { type: 'tool_call', skill: 'note', input: {} } as const
