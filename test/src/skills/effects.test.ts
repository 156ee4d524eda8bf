import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { InDoubt, InputError, Refused, VendorError } from '../../../src/ops/errors.ts'
import { type Act, defineSkill, type Recheck, type Skill } from '../../../src/skills/index.ts'
import { skillBench } from './bench.ts'

const Input = z.object({ text: z.string(), ticket: z.string().nullable().default(null) })
type Input = z.infer<typeof Input>
type Output = { id: string }

/** A vendor of one kind of effect, which answers, fails or goes silent as told. */
function vendor() {
  const sent: string[] = []
  const state = {
    sent,
    /** What the next sends do; then they answer. */
    next: [] as ('no' | 'lost' | 'not sent' | 'bug')[],
    recheck: undefined as Recheck<Output> | undefined,
    rechecks: 0,
  }
  async function run({ text }: Input, act: Act): Promise<Output> {
    const what = state.next.shift()
    if (what === 'no') throw failure('none')
    if (what === 'not sent') throw failure('unknown')
    if (what === 'bug') throw new TypeError('x is undefined')
    sent.push(`${text} ${act.attempt}`)
    if (what === 'lost') throw failure('unknown')
    return { id: act.effectId }
  }
  return { state, run }
}

const failure = (effect: 'none' | 'unknown') =>
  new VendorError({
    code: 'vendor_unavailable',
    vendor: 'x',
    retry: { when: 'backoff' },
    effect,
    hint: 'down',
  })

function shout(effect: 'write' | 'contact', more: Partial<Skill<Input, Output>> = {}) {
  const { state, run } = vendor()
  const skill = defineSkill<Input, Output>({
    name: 'shout',
    title: 'Shout',
    description: 'For tests.',
    effect,
    input: Input,
    output: z.object({ id: z.string() }),
    ticketOf: ({ ticket }) => ticket,
    ...(effect === 'contact' ? { reaches: () => ({ channel: 'email' as const, customerId: 'cus_1' }) } : {}),
    run,
    ...more,
  })
  return { state, skill }
}

/** As after a crash between the vendor's answer, or its silence, and our note of it. */
function withRecheck(effect: 'write' | 'contact', more: Partial<Skill<Input, Output>> = {}) {
  const { state, skill } = shout(effect, more)
  const recheck: Skill<Input, Output>['recheck'] = async () => {
    state.rechecks += 1
    return state.recheck ?? { kind: 'unknown' }
  }
  return { state, skill: { ...skill, recheck } }
}

describe('an effect', () => {
  it('happens once per cause, and the second call gets the first one’s answer', async () => {
    const { state, skill } = shout('write')
    await using bench = await skillBench([skill])
    const first = await bench.act('shout', { text: 'hi' }, { cause: 'a' })
    expect(await bench.act('shout', { text: 'hi' }, { cause: 'a' })).toEqual(first)
    expect(await bench.act('shout', { text: 'hi' }, { cause: 'b' })).not.toEqual(first)
    expect(state.sent).toEqual(['hi 1', 'hi 1'])
    expect(await bench.effects()).toMatchObject([
      { idempotency_key: 'shout:a', state: 'done', attempts: 1, answer: JSON.stringify(first) },
      { idempotency_key: 'shout:b', state: 'done' },
    ])
  })

  it('that the vendor clearly refused is tried again under the same id', async () => {
    const { state, skill } = shout('contact')
    await using bench = await skillBench([skill])
    state.next = ['no']
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow('down')
    const [failed] = await bench.effects()
    expect(failed).toMatchObject({ state: 'failed', error: 'x: down' })
    expect(await bench.act('shout', { text: 'hi' })).toEqual({ id: failed?.id })
    expect(await bench.effects()).toMatchObject([{ state: 'done', attempts: 2, error: null }])
    expect(bench.gate.asked).toBe(2)
  })

  it('whose answer was lost is looked up, and not repeated when it had happened', async () => {
    const { state, skill } = withRecheck('contact')
    await using bench = await skillBench([skill])
    state.next = ['lost']
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow('down')
    expect(await bench.effects()).toMatchObject([{ state: 'trying' }])
    state.recheck = { kind: 'done', output: { id: 'the-vendors' } }
    expect(await bench.act('shout', { text: 'hi' })).toEqual({ id: 'the-vendors' })
    expect(await bench.act('shout', { text: 'hi' })).toEqual({ id: 'the-vendors' })
    expect([state.sent, state.rechecks]).toEqual([['hi 1'], 1])
  })

  it('that is safe to repeat is repeated under the same id, without asking the gates of its first try', async () => {
    const { state, skill } = withRecheck('contact')
    await using bench = await skillBench([skill])
    state.next = ['lost']
    state.recheck = { kind: 'repeat' }
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow('down')
    const [before] = await bench.effects()
    expect(await bench.act('shout', { text: 'hi' })).toEqual({ id: before?.id })
    expect(state.sent).toEqual(['hi 1', 'hi 2'])
    expect(bench.gate.asked).toBe(1)
  })

  it('that surely did not happen passes every gate anew: it may be night by now', async () => {
    const { state, skill } = withRecheck('contact')
    await using bench = await skillBench([skill])
    state.next = ['not sent']
    state.recheck = { kind: 'not_done' }
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow('down')
    bench.gate.answer = new Refused('quiet_hours', 'It is 02:00 in Lisbon', bench.clock.now() + 1)
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow('It is 02:00')
    expect(await bench.effects()).toMatchObject([{ state: 'failed' }])
    bench.gate.answer = undefined
    await bench.act('shout', { text: 'hi' })
    expect(state.sent).toEqual(['hi 2'])
  })

  it('that nobody can tell about is never repeated, and a person is asked once', async () => {
    const { state, skill } = withRecheck('contact')
    await using bench = await skillBench([skill])
    state.next = ['lost']
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow('down')
    for (let again = 0; again < 3; again++)
      await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow(InDoubt)
    expect([state.sent, state.rechecks]).toEqual([['hi 1'], 1])
    expect(await bench.effects()).toMatchObject([{ state: 'in_doubt' }])
    expect(await bench.escalations()).toMatchObject([
      { source: 'in_doubt', priority: 'high', customer_id: 'cus_1' },
    ])
  })

  it('without a way to ask is in doubt after a lost answer, a bug of ours included', async () => {
    const { state, skill } = shout('contact')
    await using bench = await skillBench([skill])
    state.next = ['bug']
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow('x is undefined')
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow(InDoubt)
    expect(state.sent).toEqual([])
  })

  it('keeps its rows in step: begun once with the first try, recorded with the answer, checked at every new try', async () => {
    const told: string[] = []
    const { state, skill } = shout('write', {
      check: async () => void told.push('check'),
      begin: async () => void told.push('begin'),
      record: async () => void told.push('record'),
    })
    await using bench = await skillBench([skill])
    state.next = ['no']
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow('down')
    await bench.act('shout', { text: 'hi' })
    await bench.act('shout', { text: 'hi' })
    expect(told).toEqual(['check', 'begin', 'check', 'record'])
  })

  it('is not noted as tried when its rows cannot be begun', async () => {
    const { state, skill } = shout('write', {
      begin: async () => {
        throw new InputError('no_address', 'The customer has no address.')
      },
    })
    await using bench = await skillBench([skill])
    await expect(bench.act('shout', { text: 'hi' })).rejects.toThrow('no address')
    expect([await bench.effects(), state.sent]).toEqual([[], []])
  })
})

describe('a gate', () => {
  it('refuses a contact before anything is noted, and is asked again next time', async () => {
    const { state, skill } = shout('contact')
    await using bench = await skillBench([skill])
    bench.gate.answer = new Refused('consent', 'There is no consent')
    await expect(bench.act('shout', { text: 'hi' })).rejects.toMatchObject({
      code: 'refused_consent',
      until: null,
    })
    expect([await bench.effects(), state.sent]).toEqual([[], []])
    bench.gate.answer = undefined
    await bench.act('shout', { text: 'hi' })
    expect(state.sent).toEqual(['hi 1'])
  })

  it('is for contacts alone', async () => {
    const { skill } = shout('write')
    await using bench = await skillBench([skill])
    bench.gate.answer = new Refused('consent', 'There is no consent')
    await bench.act('shout', { text: 'hi' })
    expect(bench.gate.asked).toBe(0)
  })
})

describe('a fence', () => {
  it('refuses what was prepared before a person took the ticket, and lets the rest through', async () => {
    const { state, skill } = shout('write')
    await using bench = await skillBench([skill])
    await bench.setFence(2)
    const act = (cause: string, fence: number | null) =>
      bench.act('shout', { text: cause, ticket: 'z:1' }, { cause, fence })
    await expect(act('old', 1)).rejects.toMatchObject({ code: 'refused_fence' })
    await act('now', 2)
    await act('by-hand', null)
    expect(state.sent).toEqual(['now 1', 'by-hand 1'])
  })

  it('refuses to repeat what was tried before it rose', async () => {
    const { state, skill } = withRecheck('write')
    await using bench = await skillBench([skill])
    await bench.setFence(1)
    state.next = ['lost']
    state.recheck = { kind: 'repeat' }
    const act = () => bench.act('shout', { text: 'hi', ticket: 'z:1' }, { fence: 1 })
    await expect(act()).rejects.toThrow('down')
    await bench.setFence(2)
    await expect(act()).rejects.toMatchObject({ code: 'refused_fence' })
    expect(state.sent).toEqual(['hi 1'])
  })
})

describe('a skill', () => {
  it('that only reads leaves nothing in the ledger', async () => {
    const look = defineSkill({
      name: 'look',
      title: 'Look',
      description: 'For tests.',
      effect: 'read',
      input: z.object({}),
      output: z.object({ n: z.number() }),
      run: async () => ({ n: 1 }),
    })
    await using bench = await skillBench([look])
    expect(await bench.act('look', {})).toEqual({ n: 1 })
    expect(await bench.effects()).toEqual([])
  })

  it('that is not there, or gets what it cannot use, says so by name and path', async () => {
    const { skill } = shout('write')
    await using bench = await skillBench([skill])
    await expect(bench.act('whisper', {})).rejects.toMatchObject({ code: 'unknown_skill', status: 404 })
    await expect(bench.act('shout', { text: 1 })).rejects.toMatchObject({
      code: 'bad_input',
      issues: [{ path: 'text' }],
    })
  })
})
