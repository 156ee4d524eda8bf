import { describe, expect, it } from 'vitest'
import { freshPostgres, hasPostgres } from '../../postgres.ts'
import { flowBench, HOUR } from './bench.ts'

describe.skipIf(!hasPostgres)('on Postgres', () => {
  const asking = async () =>
    flowBench({
      databaseUrl: await freshPostgres(),
      steps: [
        {
          name: 'ask',
          type: 'user_prompt',
          title: 'Ask',
          prompt_type: 'text',
          message: 'What?',
          within: '4h',
          remind_after: '1h',
        },
      ],
    })

  it('a prompt is handed on, reminded of and answered as on SQLite', async () => {
    await using bench = await asking()
    await bench.start()
    await bench.pass(HOUR / 2)
    await bench.delegate('ask', 'user:bob')
    const flow = await bench.pass(HOUR)
    expect(JSON.parse(flow.step('ask').prompt ?? '')).toMatchObject({
      assigned_to: 'user:bob',
      reminded: true,
    })
    const answered = await bench.respond('ask', 'x', { by: 'user:bob' })
    expect(answered.status).toBe('completed')
    // Handing it on moves the flow's clock by a millisecond at most.
    expect(answered.waited_ms).toBeCloseTo(1.5 * HOUR, -1)
    expect(answered.step('ask').waited_ms).toBe(answered.waited_ms)
  })

  it('of an answer and a delegation at the same moment neither is lost', async () => {
    await using bench = await asking()
    await bench.start()
    const both = await Promise.allSettled([
      bench.delegate('ask', 'user:bob'),
      bench.respond('ask', 'mine', { role: 'manager' }),
    ])
    await bench.settle()
    expect(both[1].status).toBe('fulfilled')
    expect(await bench.flow()).toMatchObject({ status: 'completed' })
    expect((await bench.flow()).step('ask').answer).toMatchObject({ value: 'mine' })
  })
})
