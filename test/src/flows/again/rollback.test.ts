import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { previewReplay, previewRollback, rollBack } from '../../../../src/flows/index.ts'
import { Refused } from '../../../../src/ops/errors.ts'
import { defineSkill } from '../../../../src/skills/index.ts'
import { qb } from '../../../../src/store/index.ts'
import { ORG } from '../../../contracts/rows.ts'
import { call, down, type FlowBench, flowBench, type GivenStep } from '../bench.ts'
import { flowBy, flowCount, inside, replay } from './bench.ts'

/** A shelf: `put` is taken back by `take`, unless somebody glued the thing to it. */
async function shelf(steps: readonly GivenStep[]) {
  const things: string[] = []
  const glued = new Set<string>()
  const faults = { left: 0 }
  const Thing = z.object({ thing: z.string() })
  const put = defineSkill({
    name: 'put',
    title: 'Put',
    description: 'For tests.',
    effect: 'write',
    input: Thing,
    output: Thing,
    run: async ({ thing }) => {
      things.push(thing)
      return { thing }
    },
    undo: async ({ thing }) => ({
      kind: 'skill',
      skill: 'take',
      input: { thing },
      title: `Take ${thing}`,
    }),
  })
  const take = defineSkill({
    name: 'take',
    title: 'Take',
    description: 'For tests.',
    effect: 'write',
    input: Thing,
    output: Thing,
    run: async ({ thing }) => {
      if (faults.left-- > 0) throw down()
      if (glued.has(thing)) throw new Refused('changed_since', `${thing} is glued.`)
      things.splice(things.indexOf(thing), 1)
      return { thing }
    },
  })
  const bench = await flowBench({ steps, defined: [put, take], skills: { shout: () => {} } })
  await bench.start()
  return { bench, things, glued, faults }
}

async function undo(bench: FlowBench, only?: string[]) {
  const { flow } = await rollBack(bench, ORG, bench.id(), only, 'user:ada')
  await bench.settle()
  return flowBy(bench, flow.id)
}

const put = (thing: string, more = {}) => call(`put_${thing}`, { skill: 'put', input: { thing }, ...more })
const plan = async (bench: FlowBench) => (await previewRollback(bench, ORG, bench.id())).undoing

describe('a rollback', () => {
  it('takes back newest first, and marks each step', async () => {
    const { bench, things } = await shelf([put('cup'), put('vase'), call('shout', { skill: 'shout' })])
    await using _ = bench
    expect(
      (await plan(bench)).map(({ state, undo }) => [state, 'title' in undo ? undo.title : null]),
    ).toEqual([
      ['impossible', null],
      ['undoable', 'Take vase'],
      ['undoable', 'Take cup'],
    ])
    const flow = await undo(bench)
    expect(flow).toMatchObject({ status: 'completed', outcome: 'rolled_back', undo_of: bench.id() })
    expect(flow.steps.map(({ title }) => title)).toEqual(['Take vase', 'Take cup'])
    expect(things).toEqual([])
    const before = await bench.flow()
    expect(before.steps.map(({ status }) => status)).toEqual(['rolled_back', 'rolled_back', 'completed'])
    expect(before.status).toBe('completed')
  })

  it('is done once', async () => {
    const { bench } = await shelf([put('cup')])
    await using _ = bench
    await undo(bench)
    await expect(undo(bench)).rejects.toMatchObject({ code: 'nothing_to_undo', status: 409 })
    expect(await flowCount(bench)).toBe(2)
  })

  it('may be of some effects only, and of the others later', async () => {
    const { bench, things } = await shelf([put('cup'), put('vase')])
    await using _ = bench
    const cup = (await plan(bench)).find(({ step }) => step?.name === 'put_cup')
    await undo(bench, [cup?.effect.id ?? ''])
    expect(things).toEqual(['vase'])
    await expect(undo(bench, [cup?.effect.id ?? ''])).rejects.toMatchObject({ code: 'bad_input' })
    await undo(bench)
    expect(things).toEqual([])
  })

  it('goes on where one thing was changed since, and says so', async () => {
    const { bench, things, glued } = await shelf([put('cup'), put('vase')])
    await using _ = bench
    glued.add('vase')
    const flow = await undo(bench)
    expect(flow).toMatchObject({ status: 'completed' })
    expect(things).toEqual(['vase'])
    expect((await bench.flow()).step('put_vase').status).toBe('completed')
    expect(await bench.logs()).toContainEqual({
      type: 'step_rolled_back',
      message: 'left as it is: vase is glued.',
    })
  })

  it('tries again what a vendor could not do at once', async () => {
    const { bench, things, faults } = await shelf([put('cup')])
    await using _ = bench
    faults.left = 2
    const { flow } = await rollBack(bench, ORG, bench.id(), undefined, 'user:ada')
    await bench.pass(3_600_000)
    expect(await flowBy(bench, flow.id)).toMatchObject({ status: 'completed' })
    expect(things).toEqual([])
  })

  it('reaches what branches did', async () => {
    const { bench, things } = await shelf([
      {
        name: 'both',
        type: 'parallel',
        title: 'Both',
        branches: [
          { name: 'left', steps: [inside('put_cup', 'put', { thing: 'cup' })] },
          { name: 'right', steps: [inside('put_vase', 'put', { thing: 'vase' })] },
        ],
      },
    ])
    await using _ = bench
    expect(things).toHaveLength(2)
    await undo(bench)
    expect(things).toEqual([])
    const [left] = await bench.children()
    expect((await flowBy(bench, left?.id ?? '')).step('put_cup').status).toBe('rolled_back')
  })

  it('is known to a replay: what was taken back is done again, and is nothing to go on from', async () => {
    const { bench, things } = await shelf([put('cup'), put('vase')])
    await using _ = bench
    await undo(bench)
    const { effects } = await previewReplay(bench, ORG, bench.id(), 'put_cup')
    expect(effects.map(({ earlier, again }) => [earlier, again])).toEqual([
      ['undone', 'yes'],
      ['undone', 'yes'],
    ])
    await expect(replay(bench, { from: 'put_vase' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await replay(bench, { from: 'put_cup' })).toMatchObject({ status: 'completed' })
    expect(things).toEqual(['cup', 'vase'])
  })

  it('does not take what customers wrote for mappings', async () => {
    const { bench, things } = await shelf([put('cup')])
    await using _ = bench
    const evil = '{{context.params.name}}'
    await bench.store.write((tx) =>
      tx.run(
        qb
          .updateTable('effects')
          .set({ input: JSON.stringify({ thing: evil }) })
          .where('skill', '=', 'put'),
      ),
    )
    things.splice(0, 1, evil)
    expect(await undo(bench)).toMatchObject({ status: 'completed' })
    expect(things).toEqual([])
  })

  it('is refused for a flow that still runs, until it is cancelled', async () => {
    const { bench } = await shelf([put('cup'), { name: 'rest', type: 'delay', title: 'Rest', for: '1h' }])
    await using _ = bench
    await expect(undo(bench)).rejects.toMatchObject({ code: 'conflict', status: 409 })
    await bench.cancel()
    expect(await undo(bench)).toMatchObject({ status: 'completed' })
  })
})
