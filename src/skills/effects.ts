import type { Logger } from 'pino'
import { InDoubt, InputError, messageOf, Refused, VendorError } from '../ops/errors.ts'
import type { EffectsTable, Tx } from '../store/index.ts'
import { findEffect, insertEffect, retryEffect, settleEffect } from '../store/rows/effects.ts'
import type { Act, Channel, Occasion, Recheck, Skill, Undo } from './define.ts'
import { checkFence, checkFlow, parseInput } from './guards.ts'
import type { SkillHub } from './hub.ts'
import { undoOf } from './undo.ts'

/** Whether a contact may go out now. Asked in the transaction in which the effect becomes `trying`. */
export type ContactGate = (
  tx: Tx,
  contact: { org: string; channel: Channel; customerId: string; skill: string },
) => Promise<Refused | undefined>

export type Skills = {
  list(): readonly Skill[]
  get(name: string): Skill | undefined
  /**
   * Runs a skill once per cause. A second call with the same cause answers what the first one did.
   * Throws InputError, Refused (policy, fence), VendorError, InDoubt.
   */
  act(name: string, input: unknown, occasion: Occasion): Promise<unknown>
  /**
   * Finds out what became of an effect whose answer was lost and that nobody will try again. Nothing is repeated;
   * where nobody can tell, it stays in doubt and a person is told. Throws VendorError where the vendor is to be
   * asked later.
   */
  settle(effect: EffectsTable, log: Logger): Promise<'done' | 'failed' | 'in_doubt'>
  /** How an effect would be taken back, or why it cannot be. Changes nothing. */
  undoOf(effect: EffectsTable): Promise<Undo>
}

export type EffectMoment = { skill: string; moment: 'trying' | 'answered' }

type Ready = { kind: 'answered'; answer: unknown } | { kind: 'new'; effect: EffectsTable }
type Prepared = Ready | { kind: 'interrupted'; effect: EffectsTable }

/** The registry of skills and the ledger of what they did. */
export function createSkills(deps: {
  hub: SkillHub
  skills: readonly Skill[]
  contactGate: ContactGate
  onEffect: (skill: string, state: string) => void
  /** For tests that crash the process around a request: noted as being tried, answered but not noted yet. */
  onMoment?: (about: EffectMoment) => void
}): Skills {
  const { hub } = deps
  const skills = new Map(deps.skills.map((skill) => [skill.name, skill]))

  async function act(name: string, given: unknown, occasion: Occasion): Promise<unknown> {
    const skill = skills.get(name)
    if (!skill) throw new InputError('unknown_skill', `There is no skill "${name}".`, { status: 404 })
    const input = parseInput(skill, given)
    if (skill.effect === 'read') {
      return skill.run(input, { ...occasion, hub, effectId: hub.newId('eff'), attempt: 1 })
    }
    if (skill.effect === 'contact') await lookAtTicket(skill, input, occasion)
    const first = await hub.store.write((tx) => prepare(tx, skill, input, occasion))
    const prepared = first.kind === 'interrupted' ? await resume(skill, input, occasion, first.effect) : first
    if (prepared.kind === 'answered') return prepared.answer
    const { effect } = prepared
    return perform(skill, input, { ...occasion, hub, effectId: effect.id, attempt: effect.attempts })
  }

  /** Before a customer is reached, the desk itself is asked: a webhook that tells of a takeover may be late or lost. */
  async function lookAtTicket(skill: Skill, input: unknown, occasion: Occasion) {
    const ticket = skill.ticketOf?.(input)
    if (!ticket) return
    const before = await findEffect(hub.store.read, occasion.org, `${skill.name}:${occasion.cause}`)
    if (before?.state !== 'done' && before?.state !== 'in_doubt') {
      await hub.refreshTicket(occasion.org, ticket)
    }
  }

  /** In one transaction: has this happened, may it happen, and the note that it is being tried. */
  async function prepare(tx: Tx, skill: Skill, input: unknown, occasion: Occasion): Promise<Prepared> {
    const key = `${skill.name}:${occasion.cause}`
    const before = await findEffect(tx, occasion.org, key)
    if (before?.state === 'done') {
      return { kind: 'answered', answer: skill.output.parse(JSON.parse(before.answer ?? 'null')) }
    }
    if (before?.state === 'in_doubt') throw new InDoubt(inDoubtText(skill))
    if (before?.state === 'trying') return { kind: 'interrupted', effect: before }

    await checkFence(tx, skill, input, occasion)
    await checkFlow(tx, skill, occasion)
    const contact = skill.effect === 'contact' ? skill.reaches?.(input) : undefined
    if (contact) {
      const refused = await deps.contactGate(tx, { org: occasion.org, skill: skill.name, ...contact })
      if (refused) throw refused
    }
    const now = hub.clock.now()
    const id = before?.id ?? hub.newId('eff')
    const acting: Act = { ...occasion, hub, effectId: id, attempt: (before?.attempts ?? 0) + 1 }
    await skill.check?.(tx, input, acting)
    if (before) {
      await retryEffect(tx, occasion.org, before.id, now)
      return { kind: 'new', effect: { ...before, attempts: acting.attempt } }
    }
    const effect: EffectsTable = {
      id,
      org: occasion.org,
      skill: skill.name,
      class: skill.effect,
      idempotency_key: key,
      cause: occasion.cause,
      actor: occasion.actor,
      case_id: occasion.caseId,
      flow_id: occasion.flowId,
      ticket: skill.ticketOf?.(input) ?? null,
      customer_id: contact?.customerId ?? null,
      input: JSON.stringify(input),
      state: 'trying',
      answer: null,
      error: null,
      attempts: 1,
      created_at: now,
      updated_at: now,
    }
    await tx.run(insertEffect(effect))
    await skill.begin?.(tx, input, acting)
    tx.afterCommit(() => deps.onEffect(skill.name, 'trying'))
    return { kind: 'new', effect }
  }

  async function perform(skill: Skill, input: unknown, act: Act): Promise<unknown> {
    let output: unknown
    try {
      deps.onMoment?.({ skill: skill.name, moment: 'trying' })
      output = skill.output.parse(await skill.run(input, act))
      deps.onMoment?.({ skill: skill.name, moment: 'answered' })
    } catch (error) {
      // Where the vendor may have acted all the same, the row stays `trying`: the next attempt asks first.
      const mayHaveHappened = error instanceof VendorError ? error.effect === 'unknown' : isOurs(error)
      if (!mayHaveHappened) await settle(act, skill, 'failed', null, messageOf(error))
      throw error
    }
    await finish(skill, input, output, act)
    return output
  }

  async function finish(skill: Skill, input: unknown, output: unknown, act: Act) {
    await hub.store.write(async (tx) => {
      await settleEffect(tx, {
        org: act.org,
        id: act.effectId,
        state: 'done',
        answer: JSON.stringify(output),
        error: null,
        now: hub.clock.now(),
      })
      await skill.record?.(tx, input, output, act)
      tx.afterCommit(() => {
        deps.onEffect(skill.name, 'done')
        act.log.info({ caseId: act.caseId, skill: skill.name, effect: act.effectId }, 'done')
      })
    })
  }

  /** An earlier try was cut off: the vendor is asked what came of it. */
  async function resume(
    skill: Skill,
    input: unknown,
    occasion: Occasion,
    effect: EffectsTable,
  ): Promise<Ready> {
    const act: Act = { ...occasion, hub, effectId: effect.id, attempt: effect.attempts }
    const found: Recheck<unknown> = skill.recheck
      ? await skill.recheck(input, { ...act, triedAt: effect.updated_at })
      : { kind: 'unknown' }
    act.log.info(
      { skill: skill.name, effect: effect.id, found: found.kind },
      'looked up an unanswered effect',
    )
    switch (found.kind) {
      case 'done': {
        const answer = skill.output.parse(found.output)
        await finish(skill, input, answer, act)
        return { kind: 'answered', answer }
      }
      case 'repeat':
        await hub.store.write(async (tx) => {
          await checkFence(tx, skill, input, act)
          await checkFlow(tx, skill, act)
          await retryEffect(tx, act.org, effect.id, hub.clock.now())
        })
        return { kind: 'new', effect: { ...effect, attempts: effect.attempts + 1 } }
      case 'not_done': {
        // Time has passed since it was allowed: every gate is asked anew.
        await settle(act, skill, 'failed', null, 'it did not reach the vendor')
        const anew = await hub.store.write((tx) => prepare(tx, skill, input, occasion))
        if (anew.kind === 'interrupted') throw new Error(`effect ${effect.id} is tried by somebody else`)
        return anew
      }
      case 'unknown':
        await leaveInDoubt(skill, effect)
        throw new InDoubt(inDoubtText(skill))
      default: {
        const unknown: never = found
        throw new Error(`unknown recheck ${JSON.stringify(unknown)}`)
      }
    }
  }

  async function settleLost(effect: EffectsTable, log: Logger): Promise<'done' | 'failed' | 'in_doubt'> {
    const { state, skill: name, cause, actor, case_id: caseId, flow_id: flowId } = effect
    if (state === 'done' || state === 'failed' || state === 'in_doubt') return state
    const skill = skills.get(name)
    if (!skill) throw new InputError('unknown_skill', `There is no skill "${name}".`, { status: 404 })
    const input = parseInput(skill, JSON.parse(effect.input))
    const occasion: Occasion = { org: effect.org, cause, actor, caseId, flowId, fence: null, depth: 1, log }
    const act: Act = { ...occasion, hub, effectId: effect.id, attempt: effect.attempts }
    const found = await skill.recheck?.(input, { ...act, triedAt: effect.updated_at })
    if (found?.kind === 'done') {
      await finish(skill, input, skill.output.parse(found.output), act)
      return 'done'
    }
    if (found?.kind === 'not_done') {
      await settle(act, skill, 'failed', null, 'it did not reach the vendor, and is not wanted any more')
      return 'failed'
    }
    await leaveInDoubt(skill, effect, skill.effect === 'contact' ? 'high' : 'low')
    return 'in_doubt'
  }

  async function leaveInDoubt(skill: Skill, effect: EffectsTable, priority: 'high' | 'low' = 'high') {
    await hub.store.write(async (tx) => {
      await settleEffect(tx, {
        org: effect.org,
        id: effect.id,
        state: 'in_doubt',
        answer: null,
        error: effect.error,
        now: hub.clock.now(),
      })
      await hub.escalate(tx, effect.org, {
        cause: `in_doubt:${effect.id}`,
        priority,
        source: 'in_doubt',
        reason: inDoubtText(skill),
        brief: `The answer to "${skill.title}" was lost, and the vendor cannot be asked. It was not repeated. Check there, then retry or finish by hand.`,
        ticket: effect.ticket,
        customerId: effect.customer_id,
        flowId: effect.flow_id,
      })
      tx.afterCommit(() => deps.onEffect(skill.name, 'in_doubt'))
    })
  }

  async function settle(act: Act, skill: Skill, state: 'failed', answer: null, error: string) {
    await hub.store.write(async (tx) => {
      await settleEffect(tx, { org: act.org, id: act.effectId, state, answer, error, now: hub.clock.now() })
      tx.afterCommit(() => deps.onEffect(skill.name, state))
    })
  }

  return {
    list: () => [...skills.values()],
    get: (name) => skills.get(name),
    act,
    settle: settleLost,
    undoOf: (effect) => undoOf(hub, skills.get(effect.skill), effect),
  }
}

/** A crash of our own code after the request may have left: neither policy nor a vendor's clear no. */
function isOurs(error: unknown): boolean {
  return !(error instanceof Refused || error instanceof InputError)
}

const inDoubtText = (skill: Skill) => `It is not known whether "${skill.title}" was carried out.`
