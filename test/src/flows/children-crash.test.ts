import { expect, it } from 'vitest'
import { call, flowBench, type GivenStep, HOUR, MINUTE } from './bench.ts'

type Branch = Extract<GivenStep, { type: 'parallel' }>['branches'][number]

const does = (name: string): Branch['steps'][number] => ({
  name,
  type: 'tool_call',
  title: `Do ${name}`,
  skill: 'note',
  input: { who: name },
})
const pause: Branch['steps'][number] = { name: 'pause', type: 'delay', title: 'A pause', for: '1m' }

const steps: GivenStep[] = [
  {
    name: 'fork',
    type: 'parallel',
    title: 'Both',
    concurrency: 1,
    branches: [
      { name: 'a', steps: [does('a1'), pause, does('a2')] },
      { name: 'b', steps: [does('b1'), { name: 'sub', type: 'sub_flow', title: 'Sub', template: 'other' }] },
    ],
  },
  call('last', { input: { who: 'last' } }),
]
const other = {
  name: 'other',
  version: 1,
  title: 'Other',
  description: 'For tests.',
  params: {},
  deadline: '1d',
  steps: [call('inner', { input: { who: 'inner' } })],
}

/** Carries the flow through while the process dies, so to say, at the `at`-th boundary of a step; once. */
async function diesAt(at: number) {
  const done: unknown[] = []
  let boundaries = 0
  await using bench = await flowBench({
    steps,
    saved: [other],
    skills: { note: ({ who }) => void done.push(who) },
    onStep: () => {
      boundaries += 1
      if (boundaries === at) throw new Error('the process dies here')
    },
  })
  await bench.start()
  const flow = await bench.pass(HOUR)
  const children = await bench.children()
  const below = await Promise.all(children.map(({ id }) => bench.children(id)))
  return {
    boundaries,
    status: flow.status,
    done: done.toSorted(),
    effects: (await bench.effects()).map(({ state, attempts }) => `${state} ${attempts}`),
    started: [children.map(({ branch }) => branch), below.map(({ length }) => length)],
  }
}

it(
  'a flow with branches and a sub-flow comes to the same wherever the process dies: none started twice, nothing done twice',
  async () => {
    const undisturbed = await diesAt(0)
    expect(undisturbed).toMatchObject({
      status: 'completed',
      done: ['a1', 'a2', 'b1', 'inner', 'last'],
      started: [
        ['a', 'b'],
        [0, 1],
      ],
    })
    expect(undisturbed.boundaries).toBeGreaterThan(20)
    for (let at = 1; at <= undisturbed.boundaries; at += 1) {
      const { boundaries: _, ...came } = await diesAt(at)
      const { boundaries: __, ...expected } = undisturbed
      expect(came, `dying at boundary ${at}`).toEqual(expected)
    }
  },
  MINUTE,
)
