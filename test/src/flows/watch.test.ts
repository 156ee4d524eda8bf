import { describe, expect, it } from 'vitest'
import { qb } from '../../../src/store/index.ts'
import { moveDeadline } from '../../../src/store/rows/flows.ts'
import { copyFlow } from '../../many-flows.ts'
import { call, down, flowBench, HOUR, MINUTE } from './bench.ts'

const rest = { name: 'rest', type: 'delay', title: 'Rest', for: '5h' } as const

async function watched(given: Parameters<typeof flowBench>[0]) {
  const bench = await flowBench(given)
  await bench.store.write((tx) =>
    bench.queue.add(tx, bench.watch, {}, { org: 'default', id: 'wrk_flow_watch' }),
  )
  return bench
}

describe('a flow', () => {
  it('past its deadline is reported to a person within a minute, once', async () => {
    await using bench = await watched({ steps: [rest], deadline: '1h' })
    await bench.start()
    await bench.pass(HOUR)
    expect(await bench.escalations()).toEqual([])
    await bench.pass(MINUTE)
    expect(await bench.escalations()).toMatchObject([
      { source: 'flow_overdue', flow_id: bench.id(), brief: 'It waits for Rest to pass.' },
    ])
    await bench.pass(2 * HOUR)
    expect(await bench.escalations()).toHaveLength(1)
  })

  it('that lost its work is carried on within two minutes of the time at which it should have gone on', async () => {
    await using bench = await watched({ steps: [rest, call('next')], skills: { note: () => {} } })
    await bench.start()
    await bench.store.write((tx) => tx.run(qb.deleteFrom('work').where('kind', '=', 'flow.run')))
    expect((await bench.pass(5 * HOUR)).status).toBe('waiting')
    expect((await bench.pass(2 * MINUTE)).status).toBe('completed')
  })

  it('that lost its work between two attempts is carried on within two minutes of the second one', async () => {
    let isDown = true
    const note = () => {
      if (isDown) throw down()
    }
    await using bench = await watched({ steps: [call('first')], skills: { note } })
    expect((await bench.start())?.status).toBe('running')
    isDown = false
    await bench.store.write((tx) => tx.run(qb.deleteFrom('work').where('kind', '=', 'flow.run')))
    expect((await bench.pass(3 * MINUTE)).status).toBe('completed')
  })

  it('past its deadline is reported within a minute beside 20,000 that wait', async () => {
    await using bench = await watched({ steps: [rest], deadline: '30d' })
    await bench.start()
    await bench.store.write((tx) => copyFlow(tx, bench.id(), 20_000))
    const soon = bench.clock.now() + MINUTE
    await bench.store.write((tx) => moveDeadline(tx, 'default', bench.id(), soon))
    await bench.pass(2 * MINUTE)
    expect(await bench.escalations()).toMatchObject([{ source: 'flow_overdue', flow_id: bench.id() }])
  })

  it('that waits is left alone', async () => {
    await using bench = await watched({ steps: [rest] })
    await bench.start()
    const before = await bench.work()
    await bench.pass(HOUR)
    expect(await bench.work()).toEqual(before)
  })

  it('whose work gave up says that it waits for a person, and a replay carries it on', async () => {
    let broken = true
    await using bench = await watched({
      steps: [call('first')],
      skills: { note: () => {} },
      onStep: () => {
        if (broken) throw new Error('a bug of ours')
      },
    })
    await bench.start()
    await bench.pass(5 * HOUR)
    const flow = await bench.flow()
    expect(flow).toMatchObject({
      status: 'running',
      waiting_for: expect.stringMatching(/a person.*a bug of ours/),
    })
    const [row] = await bench.work()
    expect(row).toMatchObject({ state: 'dead', attempts: 20 })
    broken = false
    await bench.pass(HOUR)
    expect((await bench.flow()).status).toBe('running')
    await bench.store.write((tx) =>
      tx.run(
        qb
          .updateTable('work')
          .set({ state: 'due', attempts: 0, run_at: bench.clock.now() })
          .where('state', '=', 'dead'),
      ),
    )
    expect((await bench.pass(MINUTE)).status).toBe('completed')
  })
})
