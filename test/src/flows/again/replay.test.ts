import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { previewReplay, replayFlow } from '../../../../src/flows/index.ts'
import { defineSkill } from '../../../../src/skills/index.ts'
import { ORG } from '../../../contracts/rows.ts'
import { call, down, flowBench, type GivenStep } from '../bench.ts'
import { ADA, flowBy, flowCount, inside, replay } from './bench.ts'

/** What the skill `note` was called with, in order. */
async function running(steps: GivenStep[], more: Partial<Parameters<typeof flowBench>[0]> = {}) {
  const did: Record<string, unknown>[] = []
  const bench = await flowBench({
    steps,
    ...more,
    skills: {
      note: (input) => {
        did.push(input)
        return { data: { ...input, id: `n${did.length}` } }
      },
      ...more.skills,
    },
  })
  await bench.start()
  return { bench, did }
}

const three = [
  call('find', { input: { what: 'Landing page' } }),
  call('write', { input: { about: '{{steps.find.result.data.id}}', text: 'Done!' } }),
  call('close', { input: { id: '{{steps.write.result.data.id}}' } }),
]

describe('a replay', () => {
  it('reuses earlier results, skips what is done, and leaves the old flow as it was', async () => {
    const { bench, did } = await running(three)
    await using _ = bench
    const before = await bench.flow()
    const again = await replay(bench, { from: 'write' })
    expect(again).toMatchObject({ status: 'completed', replay_of: before.id, completed_steps: 3 })
    expect(did).toHaveLength(3)
    expect(again.step('close').answer).toEqual(before.step('close').answer)
    const after = await bench.flow()
    expect({ ...after, steps: after.steps }).toMatchObject({ status: 'completed', steps: before.steps })
    expect(await bench.logs()).toContainEqual(expect.objectContaining({ type: 'flow_replayed' }))
  })

  it('does again what is ticked, with changed input, and what reads it reads the new result', async () => {
    const { bench, did } = await running(three)
    await using _ = bench
    const again = await replay(bench, { from: 1, input: { text: 'Really done!' }, again: [1, 2] })
    expect(did.slice(3)).toEqual([{ about: 'n1', text: 'Really done!' }, { id: 'n4' }])
    expect(again.step('close').answer.data.id).toBe('n5')
  })

  it('lists before it starts what would happen again, and what came of it', async () => {
    const { bench } = await running(
      [...three.slice(0, 2), call('broken', { skill: 'broken' }), call('never', { input: {} })],
      {
        skills: {
          broken: () => {
            throw down('vendor_rejected', { when: 'never' })
          },
        },
      },
    )
    await using _ = bench
    const { effects } = await previewReplay(bench, ORG, bench.id(), 'write')
    expect(effects).toMatchObject([
      { step: 'write', skill: 'note', effect: 'write', earlier: 'done', again: 'if_ticked' },
      { step: 'broken', earlier: 'failed', again: 'yes' },
      { step: 'never', earlier: 'none', again: 'yes' },
    ])
  })

  it('does not do a second time what a loop did in the same round, and does what comes after', async () => {
    const steps = [
      call('add', { input: { round: '{{steps.add.runs ?? 0}}' } }),
      {
        name: 'more',
        type: 'conditional',
        title: 'More?',
        condition: { if: '{{steps.add.runs}}', lt: 3 },
        on_success: 'add',
      } as const,
    ]
    const { bench, did } = await running(steps)
    await using _ = bench
    expect(did).toHaveLength(3)
    const again = await replay(bench, { from: 'add' })
    expect(again).toMatchObject({ status: 'completed' })
    expect(again.step('add').runs).toBe(3)
    expect(did).toHaveLength(3)
  })

  it('keeps through a replay of a replay what the first flow did', async () => {
    const { bench, did } = await running(three)
    await using _ = bench
    const first = await replay(bench, { from: 0 })
    const second = await replay(bench, { from: 0, of: first.id })
    expect(second).toMatchObject({ status: 'completed' })
    expect(did).toHaveLength(3)
  })

  it('knows again only what the steps before knew', async () => {
    const { bench } = await running(
      [
        call('create_task', { skill: 'create_task' }),
        {
          name: 'ask',
          type: 'user_prompt',
          title: 'Ask',
          prompt_type: 'text',
          message: 'What is it called?',
        },
        call('last', { input: { said: '{{user_input}}', task: '{{context.created_entities.task_id}}' } }),
      ],
      { skills: { create_task: () => ({ id: 't1' }) } },
    )
    await using _ = bench
    await bench.respond('ask', 'Lovelace')
    const again = await replay(bench, { from: 'ask' })
    expect(again).toMatchObject({ status: 'awaiting_user' })
    expect(JSON.parse(again.context)).toMatchObject({ created_entities: { task_id: 't1' } })
    expect(JSON.parse(again.context).user_input).toBeUndefined()
  })

  it('asks again for approval of what is really done again, and not for what is kept', async () => {
    const steps = [
      call('draft', { input: { text: 'Hello' } }),
      {
        name: 'approve',
        type: 'approval',
        title: 'Approve',
        policy: 'always',
        payload: { text: '{{steps.draft.result.data.text}}' },
        within: '1h',
      } as const,
      call('send', { input: { text: '{{steps.approve.result.payload.text}}' } }),
    ]
    const { bench, did } = await running(steps)
    await using _ = bench
    await bench.respond('approve', 'approve')
    expect(did).toHaveLength(2)
    expect(await replay(bench, { from: 'draft' })).toMatchObject({ status: 'completed' })
    const ticked = await replay(bench, { from: 'draft', again: [2] })
    expect(ticked).toMatchObject({ status: 'awaiting_user' })
    expect(did).toHaveLength(2)
  })

  describe('that waits', () => {
    const waiting = [
      call('send', { input: { to: 'Ada' } }),
      {
        name: 'reply',
        type: 'wait_event',
        title: 'Reply',
        event: 'inbound_email',
        correlation: '{{flow.id}}',
        within: '2d',
        waiting_for: 'a reply',
      } as const,
      call('read', { input: { text: '{{event.text}}' } }),
    ]
    const reply = (flowId: string, text: string) => ({
      type: 'inbound_email' as const,
      messageId: `msg_${text}`,
      customerId: 'cus_1',
      flowId,
      ticket: null,
      subject: 'Re: Hello',
      text,
    })

    it('hears the answer to what the earlier flow sent', async () => {
      const { bench, did } = await running(waiting)
      await using _ = bench
      await bench.cancel()
      const again = await replay(bench, { from: 'send' })
      expect(again).toMatchObject({ status: 'waiting' })
      await bench.raise(reply(bench.id(), 'late'))
      await bench.settle()
      expect(await flowBy(bench, again.id)).toMatchObject({ status: 'completed' })
      expect(did).toEqual([{ to: 'Ada' }, { text: 'late' }])
    })

    it('finds the answer that has come already', async () => {
      const { bench, did } = await running(waiting)
      await using _ = bench
      await bench.raise(reply(bench.id(), 'first'))
      await bench.settle()
      const again = await replay(bench, { from: 'reply', again: [2] })
      expect(again).toMatchObject({ status: 'completed' })
      expect(did.slice(1)).toEqual([{ text: 'first' }, { text: 'first' }])
    })

    it('hears only what comes from now on where somebody is contacted anew', async () => {
      const mail = defineSkill({
        name: 'mail',
        title: 'Mail',
        description: 'For tests.',
        effect: 'contact',
        input: z.object({}),
        output: z.object({}),
        run: async () => ({}),
      })
      const steps = [call('send', { skill: 'mail' }), ...waiting.slice(1)]
      const { bench } = await running(steps, { defined: [mail] })
      await using _ = bench
      await bench.raise(reply(bench.id(), 'old'))
      await bench.settle()
      const kept = await replay(bench, { from: 'send', again: [2] })
      expect(kept).toMatchObject({ status: 'completed' })
      const anew = await replay(bench, { from: 'send', again: [0, 2] })
      expect(anew).toMatchObject({ status: 'waiting' })
      await bench.raise(reply(anew.id, 'new'))
      await bench.settle()
      expect((await flowBy(bench, anew.id)).step('read').answer.data.text).toBe('new')
    })

    it('does not hear twice what a step before it used up', async () => {
      const steps = [waiting[0], waiting[1], { ...waiting[1], name: 'second' }, waiting[2]] as GivenStep[]
      const { bench } = await running(steps)
      await using _ = bench
      await bench.raise(reply(bench.id(), 'first'))
      await bench.settle()
      await bench.cancel()
      expect(await replay(bench, { from: 'second' })).toMatchObject({ status: 'waiting' })
    })
  })

  describe('of branches', () => {
    const branches = (failing: boolean): GivenStep[] => [
      {
        name: 'both',
        type: 'parallel',
        title: 'Both',
        branches: [
          { name: 'left', steps: [inside('left_do', 'note', { side: 'left' })] },
          {
            name: 'right',
            steps: [inside('right_do', failing ? 'broken' : 'note', { side: 'right' })],
          },
        ],
        concurrency: 1,
      },
      call('after', { input: { from: '{{steps.both.result.branches.left.status}}' } }),
    ]
    const broken = {
      broken: () => {
        throw down('vendor_rejected', { when: 'never' })
      },
    }

    it('keeps as a whole what came to its end', async () => {
      const { bench, did } = await running(branches(false))
      await using _ = bench
      expect(did).toHaveLength(3)
      expect(await replay(bench, { from: 'both' })).toMatchObject({ status: 'completed' })
      expect(did).toHaveLength(3)
    })

    it('wants to be told that what was done in one that failed is done again', async () => {
      const { bench, did } = await running(branches(true), { skills: broken })
      await using _ = bench
      expect(did).toHaveLength(1)
      const { effects } = await previewReplay(bench, ORG, bench.id(), 'both')
      expect(effects[0]).toMatchObject({ step: 'both', again: 'must_be_ticked' })
      const wanted = { from: 'both', input: {}, again: [] }
      await expect(replayFlow(bench, ORG, bench.id(), wanted, ADA)).rejects.toMatchObject({
        code: 'must_be_ticked',
      })
      expect(await replay(bench, { from: 'both', again: [0] })).toMatchObject({ status: 'failed' })
      expect(did).toHaveLength(2)
    })
  })

  it.each([
    ['a step that is not there', { from: 9 }, 'unknown_step'],
    ['a tick where there is no effect', { from: 1, again: [0] }, 'bad_input'],
    [
      'input of a step whose result is reused',
      { from: 1, input: { 0: { what: 'x' } }, again: [1] },
      'bad_input',
    ],
    ['input of an effect that is kept', { from: 1, input: { text: 'other' } }, 'bad_input'],
    [
      'a mapping to a later step',
      { from: 1, input: { about: '{{steps.2.result}}' }, again: [1] },
      'bad_input',
    ],
  ])('is refused for %s, and nothing is started', async (_what, request, code) => {
    const { bench } = await running(three)
    await using _ = bench
    const wanted = { input: {}, again: [], ...request }
    await expect(replayFlow(bench, ORG, bench.id(), wanted, ADA)).rejects.toMatchObject({ code })
    expect(await flowCount(bench)).toBe(1)
  })

  it('is refused while the flow runs', async () => {
    const { bench } = await running([{ name: 'rest', type: 'delay', title: 'Rest', for: '1h' }])
    await using _ = bench
    const wanted = { from: 0, input: {}, again: [] }
    await expect(replayFlow(bench, ORG, bench.id(), wanted, ADA)).rejects.toMatchObject({
      status: 409,
    })
  })
})
