import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { previewRollback, rollBack } from '../../../../src/flows/index.ts'
import { listTemplates, needListed } from '../../../../src/flows/templates/list.ts'
import { saveTemplate } from '../../../../src/flows/templates/save.ts'
import { defineSkill } from '../../../../src/skills/index.ts'
import { ORG } from '../../../contracts/rows.ts'
import { freshPostgres, hasPostgres } from '../../../postgres.ts'
import { call, flowBench } from '../bench.ts'
import { flowCount, replay } from './bench.ts'

describe.skipIf(!hasPostgres)('on Postgres', () => {
  it('a flow is replayed, and of several who roll it back at once one does', async () => {
    const did: string[] = []
    const Thing = z.object({ thing: z.string() })
    const what = {
      title: 'W',
      description: 'For tests.',
      effect: 'write',
      input: Thing,
      output: Thing,
    } as const
    const put = defineSkill({
      ...what,
      name: 'put',
      run: async ({ thing }) => ({ thing: `${thing}${did.push(`put ${thing}`)}` }),
      undo: async (_, { thing }) => ({
        kind: 'skill',
        skill: 'take',
        input: { thing },
        title: `Take ${thing}`,
      }),
    })
    const take = defineSkill({
      ...what,
      name: 'take',
      run: async ({ thing }) => {
        did.push(`take ${thing}`)
        return { thing }
      },
    })
    await using bench = await flowBench({
      databaseUrl: await freshPostgres(),
      steps: [
        call('one', { skill: 'put', input: { thing: 'cup' } }),
        call('two', { skill: 'put', input: { thing: '{{steps.one.result.thing}}' } }),
      ],
      defined: [put, take],
    })
    await bench.start()
    expect(await replay(bench, { from: 'two', again: [1] })).toMatchObject({ status: 'completed' })
    expect(did).toEqual(['put cup', 'put cup1', 'put cup1'])
    expect((await previewRollback(bench, ORG, bench.id())).undoing).toHaveLength(2)
    const tries = await Promise.allSettled(
      [1, 2, 3].map(() => rollBack(bench, ORG, bench.id(), undefined, 'user:ada')),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await bench.settle()
    expect(did.slice(3)).toEqual(['take cup12', 'take cup1'])
    expect(await flowCount(bench)).toBe(3)
  })

  it('templates saved at once under one name become versions, none lost', async () => {
    await using bench = await flowBench({ databaseUrl: await freshPostgres(), steps: [call('one')] })
    const deps = {
      ...bench,
      policy: { roles: {}, segments: {} },
      decisions: new Set<string>(),
      approve: 'never' as const,
    }
    const given = {
      name: 'rests',
      title: 'Rests',
      description: '',
      deadline: '1d',
      params: {},
      steps: [{ name: 'rest', type: 'delay', title: 'Rest', for: '1h' }],
    }
    const by = { actor: 'user:ada', role: 'agent' as const, fromFlow: null }
    await Promise.all([1, 2, 3, 4].map(() => saveTemplate(deps, ORG, given, by)))
    const listed = await listTemplates(bench.store.read, ORG, { limit: 50 })
    expect(listed.find(({ name }) => name === 'rests')).toMatchObject({ version: 4, versions: [1, 2, 3, 4] })
    expect(await needListed(bench.store.read, ORG, 'rests', 2)).toMatchObject({ version: 2 })
    const next = await listTemplates(bench.store.read, ORG, { limit: 1, after: 'refund_review' })
    expect(next.map(({ name }) => name)).toEqual(['resolve_ticket'])
  })
})
