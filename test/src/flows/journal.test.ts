import { describe, expect, it } from 'vitest'
import { qb } from '../../../src/store/index.ts'
import { call, flowBench } from './bench.ts'

const when = (name: string, to: string) => ({
  name,
  type: 'conditional' as const,
  title: name,
  condition: { if: '{{params.name}}', exists: true },
  on_success: to,
})

describe('a flow that goes on before the disk', () => {
  it('has everything on disk before a step that acts', async () => {
    const seen: unknown[] = []
    await using bench = await flowBench({
      steps: [when('first', 'second'), when('second', 'act'), call('act')],
      skills: {
        note: async () => {
          const steps = qb.selectFrom('flow_steps').select(['name', 'status']).orderBy('position')
          seen.push(await bench.store.read.all(steps))
        },
      },
    })
    expect(await bench.start()).toMatchObject({ status: 'completed', completed_steps: 3, steps_executed: 3 })
    expect(seen).toEqual([
      [
        { name: 'first', status: 'completed' },
        { name: 'second', status: 'completed' },
        { name: 'act', status: 'pending' },
      ],
    ])
  })

  it('logs every step in its order, and tells each once, after it is on disk', async () => {
    const told: string[] = []
    await using bench = await flowBench({
      steps: [when('first', 'second'), when('second', 'third'), when('third', 'end')],
      onTransition: (before, { entered }) =>
        told.push(`${before.steps[before.flow.position]?.name} → ${entered?.name ?? 'end'}`),
    })
    const flow = await bench.start()
    expect(told).toEqual(['first → first', 'first → second', 'second → third', 'third → end'])
    expect(flow?.path).toEqual(['first', 'second', 'third'])
    expect((await bench.logs()).map(({ type }) => type)).toEqual([
      'flow_created',
      ...[
        'step_started',
        'step_completed',
        'step_started',
        'step_completed',
        'step_started',
        'step_completed',
      ],
      'flow_completed',
    ])
  })

  it('keeps nothing of what it came to after somebody ended it', async () => {
    await using bench = await flowBench({
      steps: [when('first', 'second'), when('second', 'third'), when('third', 'act'), call('act')],
      skills: { note: () => {} },
      onStep: ({ step, moment }) => {
        if (step === 'second' && moment === 'before') void bench.cancel()
      },
    })
    await bench.start()
    await bench.settle()
    const flow = await bench.flow()
    expect(flow.status).toBe('cancelled')
    expect(await bench.effects()).toEqual([])
    expect(flow.steps.some(({ status }) => status === 'running')).toBe(false)
  })
})
