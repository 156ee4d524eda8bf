import { describe, expect, it } from 'vitest'
import type { Desk } from '../../../src/ports/index.ts'
import { restoring, WrittenFields } from '../../../src/skills/tickets/restoring.ts'

const desk = {
  handover: {
    aiAssignee: 'ai',
    aiTag: 'ai_processing',
    escalation: { tag: 'ai_escalated', label: '', fieldId: null, status: 'open', groupId: null },
  },
} as unknown as Desk
const now = { status: 'solved' as const, assigneeId: 'mara', groupId: null, tags: ['vip', 'ai_escalated'] }
const written = (given: Partial<WrittenFields>) => WrittenFields.parse({ ticket: 'zendesk:1', ...given })
const solved = { from: 'solved', to: 'open' } as const

describe('putting a ticket back', () => {
  it('changes what still is as we wrote it', () => {
    const { change, left } = restoring(written({ status: solved, addedTags: ['ai_escalated'] }), now, desk)
    expect(change).toEqual({ status: 'open', removeTags: ['ai_escalated'] })
    expect(left).toEqual([])
  })

  it('leaves what somebody changed, and says what it is', () => {
    const input = written({ status: { from: 'pending', to: 'open' } })
    const { change, restored, left } = restoring(input, now, desk)
    expect({ change, restored, left }).toEqual({
      change: {},
      restored: [],
      left: [{ field: 'status', why: 'is solved by now' }],
    })
  })

  it('has nothing to do where all is back: a try that was cut off may be repeated', () => {
    const { change, restored } = restoring(written({ status: solved }), { ...now, status: 'open' }, desk)
    expect({ change, restored }).toEqual({ change: {}, restored: ['status'] })
  })

  it('gives the ticket to people where it would be the AI’s again', () => {
    const ours = { ...now, assigneeId: 'ai' }
    expect(restoring(written({ status: solved }), ours, desk).change).toMatchObject({
      status: 'open',
      assigneeId: null,
    })
    const tagged = written({ status: solved, removedTags: ['ai_processing', 'new'] })
    expect(restoring(tagged, now, desk).change).toEqual({
      status: 'open',
      addTags: ['new'],
      removeTags: ['ai_processing'],
    })
  })
})
