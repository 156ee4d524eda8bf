import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { freshPostgres, hasPostgres } from '../postgres.ts'

describe.skipIf(!hasPostgres)('the test ground', () => {
  it('gives each test a database that no other test has written to', async () => {
    const [one, other] = await Promise.all([freshPostgres(), freshPostgres()])
    expect(await tablesAfter(one, 'create table left_behind (id int)')).toEqual(['left_behind'])
    expect(await tablesAfter(other, 'select 1')).toEqual([])
  })
})

async function tablesAfter(url: string, sql: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(sql)
  const { rows } = await client.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  )
  await client.end()
  return rows.map((row) => row.name)
}
