import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type CompiledStep, compileSteps } from '../../../src/flows/compile.ts'
import { StepDefinition, type StepInput } from '../../../src/flows/definition.ts'
import {
  movesBehindDeleted,
  movesBehindInserted,
  refersTo,
  shiftStep,
} from '../../../src/flows/edit/shift.ts'
import { definitionsOf } from '../../../src/flows/uncompile.ts'

/** Steps of every type that refer to others in every way, by names that are drawn from the flow's own. */
const flows = fc.integer({ min: 1, max: 8 }).chain((count) => {
  const names = Array.from({ length: count }, (_, index) => `s${index}`)
  const to = fc.constantFrom(...names, 'end')
  const reads = fc
    .tuple(fc.constantFrom(...names), fc.constantFrom('', ' ?? "none"'))
    .map(([name, fallback]) => `see {{steps.${name}.result.data.0.id${fallback}}}`)
  const step = fc.oneof(
    fc.record({
      type: fc.constant('tool_call' as const),
      skill: fc.constant('note'),
      input: fc.record({ a: reads, b: fc.record({ c: reads }) }),
      on_success: to,
      on_fail: to,
      on_error: fc.record({ vendor_rejected: to }),
    }),
    fc.record({
      type: fc.constant('conditional' as const),
      condition: fc.record({ if: reads, eq: fc.constant(1) }),
      on_success: to,
      on_fail: to,
    }),
    fc.record({
      type: fc.constant('wait_event' as const),
      event: fc.constant('call_ended'),
      correlation: reads,
      within: fc.constant('1h'),
      waiting_for: fc.constant('it'),
      on_timeout: to,
      alternatives: fc.array(fc.record({ event: fc.constant('call_failed'), correlation: reads, goto: to }), {
        maxLength: 2,
      }),
    }),
    fc.record({
      type: fc.constant('user_prompt' as const),
      prompt_type: fc.constant('confirm' as const),
      message: reads,
      on_no: to,
      on_timeout: to,
    }),
    fc.record({
      type: fc.constant('ai_decision' as const),
      of: reads,
      question: reads,
      answers: fc.record({ yes: to, no: fc.constant(null) }),
    }),
    fc.record({
      type: fc.constant('approval' as const),
      policy: fc.constant('always' as const),
      payload: fc.record({ text: reads }),
      within: fc.constant('1h'),
      on_timeout: to,
    }),
    reads.map((search) => ({
      type: 'parallel' as const,
      branches: [
        {
          name: 'one',
          title: 'one',
          steps: [
            { name: 'inner', type: 'tool_call' as const, title: 'Inner', skill: 'note', input: { search } },
            {
              name: 'after',
              type: 'tool_call' as const,
              title: 'After',
              skill: 'note',
              input: { own: '{{steps.inner.result}}' },
              on_success: 'inner',
            },
          ],
        },
      ],
    })),
  )
  return fc.tuple(...names.map((name) => step.map((one): StepInput => ({ ...one, name, title: name }))))
})

type Edit = { kind: 'insert' | 'delete'; at: number }
const edits = fc.array(
  fc.record({ kind: fc.constantFrom('insert' as const, 'delete' as const), at: fc.nat(20) }),
  { maxLength: 8 },
)

const fresh = (name: string): CompiledStep => {
  const [row] = compileSteps([StepDefinition.parse({ name, type: 'delay', title: name, for: '1h' })])
  if (!row) throw new Error('nothing compiled')
  return row
}

function edited(rows: CompiledStep[], { kind, at }: Edit, name: string): CompiledStep[] {
  if (kind === 'insert') {
    const position = at % (rows.length + 1)
    const moved = rows.map((row) => shiftStep(row, movesBehindInserted(position)))
    return moved.toSpliced(position, 0, fresh(name))
  }
  const position = at % rows.length
  const rest = rows.toSpliced(position, 1)
  if (rest.length === 0 || rest.some((row) => refersTo(row, position))) return rows
  return rest.map((row) => shiftStep(row, movesBehindDeleted(position)))
}

it('keeps every reference at the same step, whatever is put in and taken out', () => {
  fc.assert(
    fc.property(flows, edits, (steps, sequence) => {
      const definitions = steps.map((step) => StepDefinition.parse(step))
      const before = new Map(definitionsOf(compileSteps(definitions)).map((step) => [step.name, step]))
      const rows = sequence.reduce(
        (all, edit, index) => edited(all, edit, `new${index}`),
        compileSteps(definitions),
      )
      for (const after of definitionsOf(rows)) {
        if (!after.name.startsWith('new')) expect(after).toEqual(before.get(after.name))
      }
    }),
    { numRuns: 300 },
  )
})

it('reads definitions back that compile to the same rows', () => {
  fc.assert(
    fc.property(flows, (steps) => {
      const rows = compileSteps(steps.map((step) => StepDefinition.parse(step)))
      const again = compileSteps(definitionsOf(rows))
      const plain = (row: CompiledStep) => ({ ...row, settings: JSON.parse(row.settings) })
      expect(again.map(plain)).toEqual(rows.map(plain))
    }),
  )
})

it('finds every way in which a step refers to another', () => {
  fc.assert(
    fc.property(flows, (steps) => {
      const rows = compileSteps(steps.map((step) => StepDefinition.parse(step)))
      for (const [index, step] of steps.entries()) {
        const { name: _, title: __, ...rest } = step
        for (const [position, { name }] of steps.entries()) {
          const says = JSON.stringify(rest).match(new RegExp(`"${name}"|steps\\.${name}\\.`)) !== null
          expect(Boolean(rows[index] && refersTo(rows[index], position))).toBe(says)
        }
      }
    }),
  )
})
