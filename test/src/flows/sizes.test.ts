import { describe, expect, it } from 'vitest'
import { call, flowBench, type GivenStep } from './bench.ts'

const KIB = 1024
const long = (kib: number) => 'x'.repeat(kib * KIB)

describe('a flow', () => {
  it('fails with the sizes where what its steps find does not fit together, and knows what it knew before', async () => {
    const finds = Array.from({ length: 6 }, (_, at): GivenStep[] => [
      call(`search_${at}`, { skill: 'search', input: { at } }),
      {
        type: 'ai_decision',
        name: `pick_${at}`,
        title: `Pick ${at}`,
        of: `{{steps.search_${at}.result}}`,
        entity: `thing_${at}`,
      },
    ])
    await using bench = await flowBench({
      steps: finds.flat(),
      skills: { search: ({ at }) => ({ id: at, text: long(900) }) },
    })
    const flow = await bench.start()
    expect(flow).toMatchObject({
      status: 'failed',
      last_error: 'With what "Pick 4" found the flow\'s context takes 4501 KiB; at most 4096 fit.',
    })
    expect(flow?.step('pick_4')).toMatchObject({ status: 'failed', error_code: 'context_too_large' })
    const { resolved_entities } = JSON.parse(flow?.context ?? '{}')
    expect(Object.keys(resolved_entities)).toContain('thing_3')
    expect(Object.keys(resolved_entities)).not.toContain('thing_4')
  })

  it('counts bytes, not characters', async () => {
    await using bench = await flowBench({
      steps: [call('first')],
      skills: { note: () => '€'.repeat(400 * KIB) },
    })
    expect((await bench.start())?.step('first')).toMatchObject({
      error_code: 'result_too_large',
      error: expect.stringContaining('1201 KiB'),
    })
  })

  it('asks nobody to approve more than fits', async () => {
    const gather = ['one', 'two'].map((name) => call(name))
    const approval: GivenStep = {
      type: 'approval',
      name: 'approve',
      title: 'All of it',
      policy: 'always',
      payload: { one: '{{steps.one.result}}', two: '{{steps.two.result}}' },
      within: '4h',
    }
    await using bench = await flowBench({ steps: [...gather, approval], skills: { note: () => long(900) } })
    expect((await bench.start())?.step('approve')).toMatchObject({
      status: 'failed',
      error_code: 'result_too_large',
    })
  })
})
