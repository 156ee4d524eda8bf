import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TemplateDefinition } from '../../../src/flows/definition.ts'
import { createFlow } from '../../../src/flows/index.ts'
import { getSteps } from '../../../src/store/rows/flow-steps.ts'
import { ORG } from '../../contracts/rows.ts'
import { skillBench } from '../skills/bench.ts'

/** Templates whose gotos and mappings name any of their steps, each step under a name of its own. */
const templates = fc
  .uniqueArray(
    fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/).filter((name) => name !== 'end'),
    { minLength: 1, maxLength: 12 },
  )
  .chain((names) =>
    fc.tuple(
      fc.constant(names),
      fc.array(
        fc.record({
          success: fc.option(fc.constantFrom(...names, 'end'), { nil: undefined }),
          fail: fc.option(fc.constantFrom(...names, 'end'), { nil: undefined }),
          error: fc.constantFrom(...names, 'end'),
          reads: fc.constantFrom(...names),
        }),
        { minLength: names.length, maxLength: names.length },
      ),
    ),
  )

it('turns names into positions: each goto and mapping leads to the step that it named', async () => {
  await using bench = await skillBench([])
  const { store, clock, newId, queue } = bench
  await fc.assert(
    fc.asyncProperty(templates, async ([names, links]) => {
      const template = TemplateDefinition.parse({
        name: 'test',
        version: 1,
        title: 'Test',
        description: 'For tests.',
        params: {},
        deadline: '1h',
        steps: names.map((name, index) => ({
          name,
          type: 'tool_call',
          title: name,
          skill: 'note',
          input: { of: `{{steps.${links[index]?.reads}.result.x ?? null}}`, fixed: 1 },
          on_success: links[index]?.success,
          on_fail: links[index]?.fail,
          on_error: { rejected: links[index]?.error },
        })),
      })
      const start = { org: ORG, params: {}, settings: {}, requestedBy: 'test', requestedFrom: 'test' }
      const flow = await store.write((tx) => createFlow({ clock, newId, queue }, tx, template, start))
      if (!flow) throw new Error('no flow was made')
      const steps = await getSteps(store.read, flow)
      const nameAt = (position: number | null | undefined) =>
        position === null || position === undefined ? undefined : (steps[position]?.name ?? 'end')

      expect(steps.map(({ name }) => name)).toEqual(names)
      for (const [index, step] of steps.entries()) {
        const link = links[index]
        const [read] = /(?<=steps\.)\d+/.exec(step.param_mappings) ?? []
        expect([nameAt(step.on_success_goto), nameAt(step.on_fail_goto), nameAt(Number(read))]).toEqual([
          link?.success,
          link?.fail,
          link?.reads,
        ])
        expect(nameAt(JSON.parse(step.settings).on_error.rejected)).toBe(link?.error)
        expect(JSON.parse(step.input_params)).toEqual({ fixed: 1 })
      }
    }),
    { numRuns: 40 },
  )
})
