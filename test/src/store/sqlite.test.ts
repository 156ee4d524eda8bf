import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore, raw, type Store } from '../../../src/store/index.ts'

let folder: string
let store: Store

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'switchboard-store-'))
  store = await openStore({ databaseUrl: null, file: join(folder, 'store.db') })
  await store.write((tx) => tx.run(raw('CREATE TABLE names (name text PRIMARY KEY)')))
})

afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const insert = (name: string) => raw('INSERT INTO names VALUES (?)', [name])
const names = async () =>
  (await store.read.all<{ name: string }>(raw('SELECT name FROM names ORDER BY name'))).map(
    ({ name }) => name,
  )

/** Writes all at once, so that they share a commit. `wrong` ones insert and then throw. */
function writeAll(wanted: { name: string; wrong?: boolean }[], committed: string[]) {
  return Promise.allSettled(
    wanted.map(({ name, wrong }) =>
      store.write(async (tx) => {
        await tx.run(insert(name))
        tx.afterCommit(() => committed.push(name))
        if (wrong) throw new Error(`${name} is wrong`)
        return name
      }),
    ),
  )
}

it('undoes only the transaction that threw, whatever shared the commit with it', async () => {
  const committed: string[] = []
  const results = await writeAll(
    [{ name: 'ada' }, { name: 'bob', wrong: true }, { name: 'cleo' }, { name: 'dora', wrong: true }],
    committed,
  )
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected'])
  expect(await names()).toEqual(['ada', 'cleo'])
  expect(committed).toEqual(['ada', 'cleo'])
})

it('undoes a transaction that threw alone, and goes on', async () => {
  const committed: string[] = []
  const [alone] = await writeAll([{ name: 'ada', wrong: true }], committed)
  expect(alone).toMatchObject({ status: 'rejected', reason: { message: 'ada is wrong' } })
  expect(await names()).toEqual([])
  await writeAll([{ name: 'ada' }], committed)
  expect(await names()).toEqual(['ada'])
  expect(committed).toEqual(['ada'])
})

it('tells only the one whose row the database refused', async () => {
  await store.write((tx) => tx.run(insert('ada')))
  const results = await writeAll([{ name: 'ada' }, { name: 'bob' }], [])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
  expect(await names()).toEqual(['ada', 'bob'])
})

it('shows nothing of a transaction before its commit', async () => {
  await store.write(async (tx) => {
    await tx.run(insert('ada'))
    expect(await names()).toEqual([])
  })
  expect(await names()).toEqual(['ada'])
})
