import { describe, expect, it } from 'vitest'
import type { Context } from '../../../src/flows/state.ts'
import { withSuggestions } from '../../../src/flows/suggest.ts'

const planned = { template: null, outcome: null, parent_flow_id: null, replay_of: null, undo_of: null }
const context = (suggestions?: unknown[]): Context => ({
  params: {},
  settings: {},
  flow: { id: 'flw_1' },
  ...(suggestions ? { suggestions } : {}),
})
const done = (...skills: string[]) => skills.map((skill) => ({ status: 'completed', skill }))
const actions = (after: Context) => (after.suggestions ?? []).map((one) => (one as { action: string }).action)

describe('what is suggested once a flow is over', () => {
  it('begins with what its planner thought of, and follows from what was done', () => {
    const own = { type: 'suggestion', message: 'Invite the team?', action: 'invite' }
    const after = withSuggestions({
      flow: planned,
      steps: done('search_tasks', 'create_task'),
      context: context([own]),
    })
    expect(actions(after)).toEqual(['invite', 'post_chat', 'save_as_template'])
    expect(after.suggestions?.[0]).toBe(own)
  })
  it('is nothing twice, and nothing that was done', () => {
    const own = { type: 'suggestion', message: 'Tell them?', action: 'post_chat' }
    const steps = done('create_task', 'update_task', 'update_ticket', 'send_email')
    expect(actions(withSuggestions({ flow: planned, steps, context: context([own]) }))).toEqual([
      'post_chat',
      'follow_up_no_reply',
      'save_as_template',
    ])
  })
  it('does not follow from steps that were skipped or failed', () => {
    const steps = [
      { status: 'skipped', skill: 'send_email' },
      { status: 'failed', skill: 'create_task' },
    ]
    const before = context()
    expect(withSuggestions({ flow: planned, steps, context: before })).toBe(before)
  })
  it('is nothing for a plan that was declined, and for branches', () => {
    const own = [{ type: 'suggestion', message: 'Tell them?', action: 'post_chat' }]
    const steps = done('create_task')
    for (const flow of [
      { ...planned, outcome: 'declined' },
      { ...planned, parent_flow_id: 'flw_0' },
    ])
      expect(withSuggestions({ flow, steps, context: context(own) }).suggestions).toEqual([])
  })
  it('is not to keep what came from a template', () => {
    const flow = { ...planned, template: 'resolve_ticket' }
    expect(actions(withSuggestions({ flow, steps: done('send_email'), context: context() }))).toEqual([
      'follow_up_no_reply',
    ])
  })
})
