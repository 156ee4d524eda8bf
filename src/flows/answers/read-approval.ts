import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { roles } from '../../skills/index.ts'
import type { FlowStepsTable } from '../../store/index.ts'
import { checkGiven } from '../sizes.ts'
import { settingsOf } from '../state.ts'
import { type ApprovalAnswer, AskedFor } from '../steps/approval.ts'
import { checkMayAnswer, type Person } from './may.ts'
import type { Response } from './respond.ts'

const Settings = z.looseObject({ role: z.enum(roles), editable: z.array(z.string()) })

/**
 * What a person's answer to an approval says. `askers`: who asked for what the flow does, where they may not
 * approve it themselves. Throws InputError `not_asked`, `own_request`, `bad_answer`, `not_editable`, `empty_edit`,
 * `params_too_large`.
 */
export function readApproval(
  step: FlowStepsTable,
  { value, edit, note, askers }: Response & { askers: readonly string[] },
  person: Person,
  now: number,
) {
  const { role, editable } = settingsOf(Settings, step)
  checkMayAnswer({ role, assigned_to: null }, person)
  if (value !== 'approve' && value !== 'reject')
    throw badAnswer('response.value', 'must be approve or reject')
  const approved = value === 'approve'
  if (approved && askers.includes(person.actor)) {
    const who = 'the policy here is that somebody else approves it (APPROVE_OWN)'
    throw new InputError('own_request', `You asked for this flow, or changed it, yourself; ${who}.`, {
      status: 403,
    })
  }
  const { payload } = AskedFor.parse(JSON.parse(step.result ?? '{}'))
  const answer: ApprovalAnswer = {
    approved,
    edit: readEdit(edit, editable, payload),
    note,
    by: person.actor,
    at: now,
  }
  return {
    answer,
    type: 'approval_answered' as const,
    message: `${approved ? 'approved' : 'rejected'} by ${person.actor}${note ? `: ${note}` : ''}`,
    metadata: { edited: Object.keys(edit) },
  }
}

/** The edited fields, each of the type that it had: forms send texts. */
function readEdit(edit: Response['edit'], editable: readonly string[], payload: Record<string, unknown>) {
  checkGiven('The edited fields take', edit)
  const fields = Object.keys(edit)
  const forbidden = fields.filter((field) => !editable.includes(field))
  if (forbidden.length > 0) {
    throw new InputError('not_editable', `These fields may not be edited: ${forbidden.join(', ')}.`, {
      issues: forbidden.map((field) => ({
        path: `edit.${field}`,
        message: `editable are ${editable.join(', ') || 'none'}`,
      })),
    })
  }
  const emptied = fields.filter((field) => String(edit[field]).trim() === '')
  if (emptied.length > 0) {
    throw new InputError('empty_edit', `These fields may not be empty: ${emptied.join(', ')}.`, {
      issues: emptied.map((field) => ({ path: `edit.${field}`, message: 'may not be empty' })),
    })
  }
  return Object.fromEntries(
    Object.entries(edit).map(([field, value]) => [field, sameType(field, value, payload[field])]),
  )
}

function sameType(field: string, value: string | number | boolean, before: unknown) {
  if (typeof before === 'number') {
    if (!Number.isFinite(Number(value)) || typeof value === 'boolean')
      throw badAnswer(`edit.${field}`, 'must be a number')
    return Number(value)
  }
  if (typeof before === 'boolean') {
    if (!['true', 'false'].includes(String(value))) throw badAnswer(`edit.${field}`, 'must be true or false')
    return String(value) === 'true'
  }
  return typeof before === 'string' ? String(value) : value
}

const badAnswer = (path: string, message: string) =>
  new InputError('bad_answer', `The answer does not fit: ${path} ${message}.`, {
    issues: [{ path, message }],
  })
