import { VendorError } from '../../src/ops/errors.ts'
import type { Check } from '../../src/ports/index.ts'
import type { ZendeskClient } from './client.ts'
import { UserAnswer } from './shapes.ts'

export const LEGACY =
  'API tokens end on 2027-04-30: make an OAuth client and set ZENDESK_CLIENT_ID, ZENDESK_CLIENT_SECRET'

/** Whose access this is, and whether it suffices for everything the hub asks of Zendesk. */
export async function checkZendesk(client: ZendeskClient): Promise<Check> {
  const where = new URL(client.baseUrl).host
  const user = await whoAmI(client)
  if (user instanceof VendorError) return { ok: false, detail: `${where}: ${user.code}`, hint: user.hint }
  // Without valid credentials some accounts answer with an anonymous user instead of 401.
  if (user.id === null || !user.role || user.role === 'end-user')
    return {
      ok: false,
      detail: `${where}: no agent's access`,
      hint: 'Let an admin make the OAuth client or token',
    }
  const detail = `${where} as ${user.name} (${user.role})`
  if (user.role !== 'admin')
    return {
      ok: false,
      detail,
      hint: 'The list of changed tickets is for admins only: let an admin make the token',
    }
  return { ok: true, detail: client.authKind === 'api_token' ? `${detail}. ${LEGACY}` : detail }
}

async function whoAmI(client: ZendeskClient) {
  try {
    return (await client.get('/api/v2/users/me.json', {}, UserAnswer)).user
  } catch (error) {
    if (error instanceof VendorError) return error
    throw error
  }
}
