import { describe, expect, it } from 'vitest'
import type { EventOf } from '../../../src/events/index.ts'
import { ORG } from '../../contracts/rows.ts'
import { call, down, flowBench, type GivenStep, HOUR, MINUTE } from './bench.ts'

const note = { note: () => {} }
const closed = { type: 'ticket_closed', ticket: 'z:1' } as const
const updated: EventOf<'ticket_updated'> = { type: 'ticket_updated', ticket: 'z:1', changed: [] }

const wait = (more: Partial<Extract<GivenStep, { type: 'wait_event' }>> = {}): GivenStep => ({
  name: 'wait',
  type: 'wait_event',
  title: 'Wait for the ticket',
  event: 'ticket_closed',
  correlation: 'z:1',
  within: '1h',
  waiting_for: 'the ticket to be closed',
  ...more,
})

const ask = (more: Partial<Extract<GivenStep, { type: 'approval' }>> = {}): GivenStep => ({
  name: 'ask',
  type: 'approval',
  title: 'Approve it',
  policy: 'always',
  payload: { text: 'Hello {{params.name}}', to: 'ada' },
  editable: ['text'],
  within: '1h',
  ...more,
})

describe('a wait_event', () => {
  it('may wait for one type of event about several things, and takes them in the order in which they came', async () => {
    await using bench = await flowBench({
      steps: [
        wait({
          event: 'ticket_updated',
          correlation: 'z:1',
          alternatives: [
            { event: 'ticket_updated', correlation: 'z:2', goto: 'note' },
            { event: 'ticket_updated', correlation: 'z:2', goto: 'end' },
          ],
          on_success: 'note',
        }),
        call('note', { input: { which: '{{event.ticket}}' }, on_success: 'wait' }),
      ],
      skills: { note: (input) => input },
    })
    await bench.start()
    const seen = async () => (await bench.effects()).map(({ input }) => JSON.parse(input).which)
    await bench.store.write(async (tx) => {
      for (const ticket of ['z:2', 'z:1', 'z:2'])
        await bench.events.raise(tx, { ...updated, ticket }, { org: ORG })
    })
    await bench.settle()
    expect(await seen()).toEqual(['z:2', 'z:1', 'z:2'])
    await bench.raise({ ...updated, ticket: 'z:1' })
    await bench.settle()
    expect(await seen()).toEqual(['z:2', 'z:1', 'z:2', 'z:1'])
  })

  it('finds what came about its subject although a later event about another one is used up', async () => {
    await using bench = await flowBench({
      steps: [
        wait({ event: 'ticket_updated', correlation: 'z:1' }),
        { ...wait({ event: 'ticket_updated', correlation: 'z:2' }), name: 'wait_again' },
      ],
    })
    await bench.start()
    await bench.raise({ ...updated, ticket: 'z:2' })
    await bench.raise({ ...updated, ticket: 'z:1' })
    await bench.settle()
    expect((await bench.flow()).status).toBe('completed')
  })

  it('goes on with its event, which the steps after it can read', async () => {
    const seen: unknown[] = []
    await using bench = await flowBench({
      steps: [
        wait({ event: 'ticket_updated' }),
        call('next', { input: { changed: '{{event.changed}}', id: '{{steps.wait.result.eventId}}' } }),
      ],
      skills: { note: (input) => void seen.push(input) },
    })
    const waiting = await bench.start()
    expect(waiting).toMatchObject({
      status: 'waiting',
      waiting_for: 'the ticket to be closed',
      waiting_until: bench.clock.now() + HOUR,
    })
    await bench.raise({ ...updated, ticket: 'z:2' })
    await bench.settle()
    expect((await bench.flow()).status).toBe('waiting')
    const event = await bench.raise({ ...updated, changed: ['status'] })
    await bench.settle()
    expect((await bench.flow()).status).toBe('completed')
    expect(seen).toEqual([{ changed: ['status'], id: event.id }])
  })

  it('does not wait for what came while an earlier step was running', async () => {
    await using bench = await flowBench({
      steps: [call('first'), wait()],
      skills: { note: async () => void (await bench.raise(closed)) },
    })
    expect((await bench.start())?.status).toBe('completed')
  })

  it('takes each event once, the oldest first, and none from before its flow', async () => {
    await using bench = await flowBench({
      steps: [
        wait({ event: 'ticket_updated' }),
        { ...wait({ event: 'ticket_updated' }), name: 'wait_again' },
      ],
    })
    await bench.raise({ ...updated, changed: ['long ago'] })
    await bench.start()
    await bench.raise({ ...updated, changed: ['one'] })
    await bench.raise({ ...updated, changed: ['two'] })
    await bench.settle()
    const flow = await bench.flow()
    expect([flow.step('wait').answer.changed, flow.step('wait_again').answer.changed]).toEqual([
      ['one'],
      ['two'],
    ])
    expect(flow.status).toBe('completed')
  })

  it('goes where another event leads, and the waits for the rest are gone', async () => {
    await using bench = await flowBench({
      steps: [
        wait({
          alternatives: [{ event: 'ticket_updated', correlation: 'z:1', goto: 'other' }],
          on_success: 'end',
        }),
        call('other'),
      ],
      skills: note,
    })
    await bench.start()
    await bench.raise(updated)
    await bench.settle()
    expect((await bench.flow()).path).toEqual(['wait', 'other'])
    await bench.raise(closed)
    await bench.settle()
    expect((await bench.flow()).path).toEqual(['wait', 'other'])
  })

  it('that nothing ends goes on_timeout at its time, once', async () => {
    await using bench = await flowBench({
      steps: [wait({ on_success: 'end', on_timeout: 'late' }), call('late')],
      skills: note,
    })
    await bench.start()
    expect((await bench.pass(HOUR - 1)).status).toBe('waiting')
    const flow = await bench.pass(1)
    expect(flow.path).toEqual(['wait', 'late'])
    expect((await bench.logs()).map(({ type }) => type)).toContain('wait_timed_out')
    await bench.raise(closed)
    expect((await bench.pass(HOUR)).path).toEqual(['wait', 'late'])
  })

  it('that is woken for nothing keeps its timer', async () => {
    await using bench = await flowBench({ steps: [wait({ on_timeout: 'late' }), call('late')], skills: note })
    await bench.start()
    await bench.store.write((tx) =>
      bench.queue.add(
        tx,
        { kind: 'flow.run', key: () => `flow:${bench.id()}` },
        { flowId: bench.id() },
        { org: 'default' },
      ),
    )
    await bench.settle()
    expect((await bench.flow()).status).toBe('waiting')
    expect((await bench.pass(HOUR)).path).toEqual(['wait', 'late'])
  })
})

describe('an approval', () => {
  it('waits for a person, and passes on what they made of it', async () => {
    await using bench = await flowBench({ steps: [ask()] })
    const waiting = await bench.start()
    expect(waiting).toMatchObject({
      status: 'awaiting_user',
      waiting_for: 'approval of "Approve it" by an agent',
    })
    expect(waiting?.step('ask').answer).toEqual({ payload: { text: 'Hello one', to: 'ada' } })
    const flow = await bench.respond('ask', 'approve', { edit: { text: 'Dear one' } })
    expect(flow.status).toBe('completed')
    expect(flow.step('ask').answer).toEqual({
      approved: true,
      by: 'user:ada',
      edited: ['text'],
      payload: { text: 'Dear one', to: 'ada' },
    })
  })

  it('takes the first answer; the second one is told who was first', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await using bench = await flowBench({ steps: [ask(), call('next')], skills: { note: () => held } })
    await bench.start()
    const first = bench.respond('ask', 'approve', { by: 'user:ada' })
    await expect.poll(async () => (await bench.flow()).step('ask').user_response).not.toBeNull()
    await expect(bench.respond('ask', 'reject', { by: 'user:bob' })).rejects.toMatchObject({ status: 409 })
    release()
    expect((await first).step('ask').answer).toMatchObject({ approved: true, by: 'user:ada' })
  })

  it('lets only what it allows be edited, and goes on waiting', async () => {
    await using bench = await flowBench({ steps: [ask()] })
    await bench.start()
    await expect(bench.respond('ask', 'approve', { edit: { to: 'eve' } })).rejects.toMatchObject({
      code: 'not_editable',
      issues: [{ path: 'edit.to', message: 'editable are text' }],
    })
    expect((await bench.flow()).status).toBe('awaiting_user')
  })

  it('that is rejected goes on_fail, with who and why', async () => {
    await using bench = await flowBench({
      steps: [ask({ on_success: 'end', on_fail: 'sorry' }), call('sorry')],
      skills: note,
    })
    await bench.start()
    const flow = await bench.respond('ask', 'reject', { note: 'too long' })
    expect(flow.path).toEqual(['ask', 'sorry'])
    expect(flow.step('ask').error).toBe('Rejected by user:ada: too long')
  })

  it('that nobody answers expires, and cannot be answered afterwards', async () => {
    await using bench = await flowBench({
      steps: [ask({ on_success: 'end', on_timeout: 'sorry' }), call('sorry')],
      skills: note,
    })
    await bench.start()
    expect((await bench.pass(HOUR)).path).toEqual(['ask', 'sorry'])
    await expect(bench.respond('ask', 'approve')).rejects.toMatchObject({ status: 409 })
  })

  it('that is answered in the moment of its expiry counts as answered', async () => {
    let inTime: Promise<void> | undefined
    let stepId = ''
    await using bench = await flowBench({
      steps: [ask({ on_success: 'end', on_timeout: 'sorry' }), call('sorry')],
      skills: note,
      // The engine has looked, found no answer and a time that is up; it has not committed what follows.
      onStep: ({ moment }) => {
        if (stepId && moment === 'after') inTime ??= bench.answer(stepId, 'approve')
      },
    })
    const waiting = await bench.start()
    stepId = waiting?.step('ask').id ?? ''
    await bench.pass(HOUR)
    await inTime
    expect(await bench.flow()).toMatchObject({ status: 'completed', path: ['ask'] })
  })

  it('by policy is asked for once per flow where the first contact alone needs it', async () => {
    await using bench = await flowBench({
      steps: [ask({ policy: 'contacts' }), { ...ask({ policy: 'contacts' }), name: 'ask_again' }],
      approvalNeeded: (approvedBefore) => !approvedBefore,
    })
    await bench.start()
    const flow = await bench.respond('ask', 'approve')
    expect(flow.status).toBe('completed')
    expect(flow.step('ask_again').answer).toMatchObject({ approved: true, by: 'policy' })
  })
})

describe('a person', () => {
  it('who cancels a flow while a step runs voids what that step came to', async () => {
    let began = () => {}
    const running = new Promise<void>((resolve) => {
      began = resolve
    })
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await using bench = await flowBench({
      steps: [call('first'), call('second')],
      skills: {
        note: () => {
          began()
          return held
        },
      },
    })
    const started = bench.start()
    await running
    const cancelled = bench.cancel('the customer called off')
    release()
    await started
    expect(await cancelled).toBe(true)
    const flow = await bench.flow()
    expect(flow).toMatchObject({
      status: 'cancelled',
      outcome: 'cancelled',
      last_error: 'the customer called off',
    })
    expect(flow.path).toEqual(['first'])
    expect(await bench.cancel()).toBe(false)
    expect(await bench.work()).toEqual([])
  })

  it('who retries a failed flow goes on where it failed, and nothing done is done again', async () => {
    const ran: string[] = []
    let broken = true
    await using bench = await flowBench({
      steps: [
        call('first', { input: { n: 1 } }),
        call('second', { skill: 'shaky', retries: { attempts: 1 } }),
        call('third', { input: { n: 3 } }),
      ],
      skills: {
        note: ({ n }) => void ran.push(`note ${n}`),
        shaky: () => {
          ran.push('shaky')
          if (broken) throw down()
        },
      },
    })
    expect((await bench.start())?.status).toBe('failed')
    broken = false
    const flow = await bench.retry()
    expect(flow).toMatchObject({ status: 'completed', retry_count: 1, last_error: null })
    expect(ran).toEqual(['note 1', 'shaky', 'shaky', 'note 3'])
    expect((await bench.effects()).map(({ attempts }) => attempts)).toEqual([1, 2, 1])
    await expect(bench.retry()).rejects.toMatchObject({ status: 409 })
  })

  it('who retries what was in doubt has it done after all', async () => {
    const ran: string[] = []
    await using bench = await flowBench({
      steps: [call('first', { retries: { attempts: 9, first: '1s' } })],
      skills: {
        note: () => {
          ran.push('sent')
          if (ran.length === 1) throw new Error('the connection broke')
        },
      },
    })
    await bench.start()
    expect(await bench.pass(MINUTE)).toMatchObject({
      status: 'failed',
      last_error: expect.stringContaining('not known'),
    })
    expect(ran).toEqual(['sent'])
    expect((await bench.retry()).status).toBe('completed')
    expect(ran).toEqual(['sent', 'sent'])
  })

  it('who retries a rejected approval is asked again, for the whole time', async () => {
    await using bench = await flowBench({ steps: [ask()] })
    await bench.start()
    await bench.respond('ask', 'reject')
    bench.clock.advance(HOUR / 2)
    expect(await bench.retry()).toMatchObject({
      status: 'awaiting_user',
      waiting_until: bench.clock.now() + HOUR,
    })
    expect((await bench.pass(HOUR - 1)).status).toBe('awaiting_user')
    expect((await bench.pass(1)).status).toBe('failed')
  })

  it('is not let into two unfinished flows of one ticket by a retry', async () => {
    await using bench = await flowBench({
      steps: [call('first', { skill: 'once' }), wait()],
      skills: {
        once: () => {
          if (failing) throw down('vendor_rejected', { when: 'never' })
        },
      },
    })
    let failing = true
    await bench.start({ ticket: 'z:1' })
    const failed = bench.id()
    failing = false
    await bench.start({ ticket: 'z:1' })
    await expect(bench.retry()).rejects.toMatchObject({ status: 409 })
    expect(bench.id()).not.toBe(failed)
  })
})
