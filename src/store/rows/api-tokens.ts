import { type ApiTokensTable, type Executor, insertInto, qb, type Tx } from '../index.ts'

/** Tokens that were made for people and programs; only hashes are kept. */
export const insertToken = insertInto('api_tokens', ['id', 'org', 'name', 'hash', 'scopes', 'created_at'])

export function tokenByName(read: Executor, org: string, name: string): Promise<ApiTokensTable | undefined> {
  return read.first(qb.selectFrom('api_tokens').selectAll().where('org', '=', org).where('name', '=', name))
}

export function listTokens(read: Executor, org: string): Promise<Omit<ApiTokensTable, 'hash'>[]> {
  return read.all(
    qb
      .selectFrom('api_tokens')
      .select(['id', 'org', 'name', 'scopes', 'created_at'])
      .where('org', '=', org)
      .orderBy('id'),
  )
}

/** @returns how many rows went. */
export function deleteToken(tx: Tx, org: string, name: string): Promise<number> {
  return tx.run(qb.deleteFrom('api_tokens').where('org', '=', org).where('name', '=', name))
}
