import { randomUUID } from 'node:crypto'
import { ORG } from '../src/app.ts'
import { hashOfToken, type Scope } from '../src/inbound/auth.ts'
import { insertInto } from '../src/store/index.ts'
import type { TestHub } from './hub.ts'

const insertToken = insertInto('api_tokens', ['id', 'org', 'name', 'hash', 'scopes', 'created_at'])

/** A token as `token create` makes it: whoever comes with it is `user:<name>`, with `write` an agent. */
export async function tokenOf(hub: TestHub, name: string, scope: Scope = 'write'): Promise<string> {
  const token = `sbt_${randomUUID()}`
  const row = { id: `tok_${randomUUID()}`, org: ORG, name, hash: hashOfToken(token), scopes: scope }
  await hub.hub.store.write((tx) => tx.run(insertToken({ ...row, created_at: hub.clock.now() })))
  return token
}
