import { describe, expect, it } from 'vitest'
import { spend } from '../../../src/store/rows/flow-family.ts'
import { flowBench, type GivenStep, HOUR } from './bench.ts'

type Branches = Extract<GivenStep, { type: 'parallel' }>['branches']
type BranchStep = Branches[number]['steps'][number]

const does = (name: string): BranchStep => ({
  name,
  type: 'tool_call',
  title: `Do ${name}`,
  skill: 'note',
  input: {},
})
const steps = ['one', 'two', 'three', 'four'].map(does)

/** One step of its own and eight in two branches, where six are allowed. */
const wide = (skills: Parameters<typeof flowBench>[0]['skills'], bounds: object) =>
  flowBench({
    steps: [
      {
        name: 'fork',
        type: 'parallel',
        title: 'Both',
        branches: [
          { name: 'a', steps },
          { name: 'b', steps },
        ],
      },
    ],
    skills: skills ?? {},
    bounds,
  })

describe('bounds of a flow hold for its branches together', () => {
  it('over its steps they stop, it asks once, and with more room they go on', async () => {
    const done: number[] = []
    await using bench = await wide({ note: () => void done.push(1) }, { steps: 6 })
    const asking = await bench.start()
    expect(asking).toMatchObject({ status: 'awaiting_user' })
    expect(asking?.waiting_for).toContain('May it use as much again?')
    expect(done.length).toBeLessThan(8)
    const held = await bench.children()
    expect(held.map(({ status }) => status)).toContain('waiting')
    expect(held.find(({ status }) => status === 'waiting')?.waiting_for).toContain(
      'a person to give "Test one" more room',
    )
    expect(await bench.eventsOf('flow_input_required')).toHaveLength(1)

    const flow = await bench.respond('fork', 'yes')
    expect(flow.status).toBe('completed')
    expect(flow).toMatchObject({ steps_executed: 1, steps_below: 8 })
    expect(done).toHaveLength(8)
  })

  it('without more room it fails, and they are cancelled', async () => {
    await using bench = await wide({ note: () => {} }, { steps: 6 })
    await bench.start()
    const flow = await bench.respond('fork', 'no')
    expect(flow).toMatchObject({ status: 'failed' })
    expect((await bench.children()).map(({ status }) => status)).toContain('cancelled')
    await bench.pass(HOUR)
    expect((await bench.flow()).status).toBe('failed')
  })

  it('counts what they spend as its own', async () => {
    await using bench = await wide(
      {
        note: (_, act) => bench.store.write((tx) => spend(tx, act.flowId ?? '', 1, 100)),
      },
      { usd: 4.5 },
    )
    const flow = await bench.start()
    expect(flow).toMatchObject({ status: 'awaiting_user' })
    expect(flow?.spent_usd).toBeGreaterThan(4.5)
    expect(flow?.spent_tokens).toBe((flow?.spent_usd ?? 0) * 100)
    expect(flow?.spent_usd).toBeLessThan(8)
  })
})
