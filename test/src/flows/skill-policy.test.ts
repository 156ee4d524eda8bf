import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadConfig } from '../../../src/config/index.ts'
import { refusalOf, type SkillPolicy } from '../../../src/flows/skill-policy.ts'
import { defineSkill, type Role } from '../../../src/skills/index.ts'

const skill = (name: string, role?: Role) =>
  defineSkill({
    name,
    title: name,
    description: 'For tests.',
    effect: 'read',
    ...(role ? { role } : {}),
    input: z.object({}),
    output: z.null(),
    run: async () => null,
  })

const none: SkillPolicy = { roles: {}, segments: {} }

it('keeps a skill to its role and those above it', () => {
  const refund = skill('book_refund', 'manager')
  expect(refusalOf(none, refund, { role: 'agent', segments: [] })).toBe(
    '"book_refund" may be used by manager and admin, not by an agent',
  )
  expect(refusalOf(none, refund, { role: 'manager', segments: [] })).toBeUndefined()
  expect(refusalOf(none, refund, { role: null, segments: [] })).toBeUndefined()
})

describe('a policy', () => {
  const policy: SkillPolicy = {
    roles: { agent: { deny: ['place_call'] } },
    segments: { vip: { allow: ['search_knowledge'] }, minor: { deny: ['send_email'] } },
  }
  it.each<[string, string, Role, string[], string | undefined]>([
    ['denies to a role', 'place_call', 'agent', [], 'the policy does not let an agent use "place_call"'],
    ['leaves other roles alone', 'place_call', 'admin', [], undefined],
    ['leaves other skills alone', 'send_email', 'agent', ['gold'], undefined],
    [
      'denies for a segment',
      'send_email',
      'admin',
      ['gold', 'minor'],
      'the policy does not allow "send_email" for customers tagged "minor"',
    ],
    [
      'allows a segment nothing else',
      'add_tag',
      'admin',
      ['vip'],
      'the policy does not allow "add_tag" for customers tagged "vip"',
    ],
    ['allows a segment what it names', 'search_knowledge', 'agent', ['vip'], undefined],
  ])('%s', (_what, name, role, segments, refusal) => {
    expect(refusalOf(policy, skill(name), { role, segments })).toBe(refusal)
  })

  it('is read from SKILL_POLICY', () => {
    expect(loadConfig({ SKILL_POLICY: JSON.stringify(policy) }, []).skills.policy).toEqual(policy)
    expect(loadConfig({}, []).skills.policy).toEqual(none)
  })
  it.each([
    ['no JSON', 'agents may'],
    ['an unknown role', '{"roles":{"boss":{}}}'],
    ['an unknown word', '{"roles":{"agent":{"forbid":[]}}}'],
  ])('is not read from %s', (_what, text) => {
    expect(() => loadConfig({ SKILL_POLICY: text }, [])).toThrow(/SKILL_POLICY is .*it must/)
  })
})
