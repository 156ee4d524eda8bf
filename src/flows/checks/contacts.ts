import type { EffectClass, Skill } from '../../skills/index.ts'
import type { StepDefinition, TemplateDefinition } from '../definition.ts'
import { type Graph, graphOf } from './graph.ts'

export type EffectsOf = {
  skill: (name: string) => Skill | undefined
  template: (name: string) => TemplateDefinition | undefined
}

const ORDER: readonly EffectClass[] = ['read', 'write', 'contact']

/** What a skill does at most: what ends in reaching a customer is a contact, whoever does it in the end. */
export const classOfSkill = (skill: Skill): EffectClass => (skill.reaches ? 'contact' : skill.effect)

/** What a skill does at most with this input, where mappings may still stand for values. */
export const classOfUse = (skill: Skill, input: unknown): EffectClass =>
  isSeen(skill, input) ? 'contact' : classOfSkill(skill)

/**
 * What a step does at most, with its branches, its sub-flows and the flows that it starts; null for one that only
 * leads, waits or asks. `seen`: templates that are looked at already; each counts once, however often it is named.
 */
export function classOfStep(
  step: StepDefinition,
  of: EffectsOf,
  seen: Set<string> = new Set(),
): EffectClass | null {
  const inTemplate = (name: unknown) => {
    if (typeof name !== 'string' || seen.has(name)) return null
    seen.add(name)
    return strongest((of.template(name)?.steps ?? []).map((one) => classOfStep(one, of, seen)))
  }
  switch (step.type) {
    case 'tool_call': {
      const skill = of.skill(step.skill)
      return skill ? strongest([classOfUse(skill, step.input), inTemplate(skill.starts?.(step.input))]) : null
    }
    case 'parallel':
      return strongest(step.branches.flatMap(({ steps }) => steps.map((one) => classOfStep(one, of, seen))))
    case 'sub_flow':
      return inTemplate(step.template)
    default:
      return null
  }
}

/** Where it cannot be told yet, because a mapping brings it, it counts as seen. */
function isSeen(skill: Skill, input: unknown): boolean {
  try {
    return Boolean(skill.isSeenByCustomer?.(input))
  } catch {
    return true
  }
}

function strongest(classes: readonly (EffectClass | null)[]): EffectClass | null {
  return ORDER.findLast((one) => classes.includes(one)) ?? null
}

export type ApprovalPolicy = 'never' | 'first' | 'always'

/**
 * The contacts on whose way through the graph no approval stands: any before the first one, and where each contact
 * wants its own, any after another contact. The contacts of a sub-flow, or of a flow that is started, are its
 * template's affair.
 */
export function unapprovedContacts(
  graph: Graph,
  policy: ApprovalPolicy,
  of: EffectsOf,
): { path: string; step: StepDefinition }[] {
  if (policy === 'never') return []
  return walk(graph, policy, of, false, 'steps').contacts
}

function walk(graph: Graph, policy: ApprovalPolicy, of: EffectsOf, approvedAtStart: boolean, path: string) {
  const contacts = new Map<string, StepDefinition>()
  const seen = new Set<string>()
  const open = [{ at: 0, approved: approvedAtStart }]
  let usesUp = false
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    const { at, approved } = here
    const step = graph.steps[at]
    if (!step || seen.has(`${at}:${approved}`)) continue
    seen.add(`${at}:${approved}`)
    let after = approved
    if (step.type === 'parallel') {
      for (const [index, branch] of step.branches.entries()) {
        const inside = `${path}.${at}.branches.${index}.steps`
        const found = walk(graphOf(branch.steps), policy, of, approved, inside)
        for (const one of found.contacts) contacts.set(one.path, one.step)
        if (found.usesUp) after = false
      }
    } else if (step.type === 'tool_call' && isContact(of.skill(step.skill), step.input)) {
      if (!approved) contacts.set(`${path}.${at}`, step)
      if (policy === 'always') after = false
    }
    if (approved && !after) usesUp = true
    for (const { to, passed } of graph.edges[at] ?? []) {
      open.push({ at: to, approved: step.type === 'approval' ? passed || approved : after })
    }
  }
  return { contacts: [...contacts].map(([at, step]) => ({ path: at, step })), usesUp }
}

const isContact = (skill: Skill | undefined, input: unknown) =>
  skill !== undefined && classOfUse(skill, input) === 'contact'
