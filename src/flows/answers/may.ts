import { InputError } from '../../ops/errors.ts'
import { type Role, roles } from '../../skills/index.ts'

/** Who acts on a flow: as audit logs name them, and what they may. */
export type Person = { actor: string; role: Role }

/** Whom a step asks: a role, or of those with it one person. */
export type Asked = { role: Role; assigned_to: string | null }

const hasRole = (person: Person, role: Role) => roles.indexOf(person.role) >= roles.indexOf(role)

/** `a manager`, `an agent`. */
export const oneWith = (role: Role) => (role === 'manager' ? 'a manager' : `an ${role}`)

/** Throws InputError 403 that says who may, for anybody who is not asked. Managers and admins may for others. */
export function checkMayAnswer({ role, assigned_to }: Asked, person: Person): void {
  const isAsked = assigned_to === null || assigned_to === person.actor || hasRole(person, 'manager')
  if (isAsked && hasRole(person, role)) return
  const above = roles.slice(roles.indexOf(role)).map(oneWith)
  const others = roles.slice(Math.max(roles.indexOf(role), roles.indexOf('manager'))).map(oneWith)
  const may = assigned_to === null ? above : [assigned_to, ...others]
  throw new InputError('not_asked', `Who may: ${may.join(', ')}. You are ${oneWith(person.role)}.`, {
    status: 403,
  })
}
