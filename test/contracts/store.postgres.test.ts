import { describe, expect, it } from 'vitest'
import { migrate, openStore, raw, type Store } from '../../src/store/index.ts'
import { freshPostgres, hasPostgres } from '../postgres.ts'
import { type OpenStore, storeContract } from './store.ts'
import { workContract } from './work.ts'

let url: string | undefined
const another = async () => {
  url ??= await freshPostgres()
  return openStore({ databaseUrl: url, file: '' })
}

/** One database for all, emptied for each: making one takes longer than most of these tests. */
const open: OpenStore = async () => {
  const store = await another()
  await migrate(store, 0)
  const tables = await store.read.all<{ name: string }>(
    raw("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'"),
  )
  await store.write((tx) => tx.run(raw(`TRUNCATE ${tables.map(({ name }) => name).join(', ')}`)))
  return { store, close: () => store.close() }
}

describe.skipIf(!hasPostgres)('Postgres', () => {
  storeContract(open)
  const { worker } = workContract(open)

  it('is brought up to date once by two processes that start at the same moment', async () => {
    const databaseUrl = await freshPostgres()
    const stores = await Promise.all([1, 2].map(() => openStore({ databaseUrl, file: '' })))
    const ran = await Promise.all(stores.map((store) => migrate(store, 0)))
    expect(ran.flat().length).toBe(new Set(ran.flat()).size)
    expect(ran.flat().length).toBeGreaterThan(0)
    await Promise.all(stores.map((store) => store.close()))
  })

  it('lets two dispatchers share the work: each row once, never two of a key at once', async () => {
    const second = await another()
    const running = new Set<string>()
    const overlaps: string[] = []
    const ran: string[] = []
    const by = [0, 0]
    const run = (worker: 0 | 1) => async (payload: { name: string; key?: string }) => {
      const key = payload.key ?? ''
      if (running.has(key)) overlaps.push(payload.name)
      running.add(key)
      await new Promise((resolve) => setTimeout(resolve, 1))
      ran.push(payload.name)
      by[worker] = (by[worker] ?? 0) + 1
      running.delete(key)
      return undefined
    }
    const one = worker(run(0))
    const other = worker(run(1), { on: second })
    const names = Array.from({ length: 200 }, (_, n) => `${n}`)
    await one.add(...names.map((name, n) => ({ name, key: `k${n % 40}` })))
    await Promise.all([one.dispatcher.start(), other.dispatcher.start()])
    await expect.poll(() => ran.length, { timeout: 8_000 }).toBe(200)
    expect(ran.toSorted()).toEqual(names.toSorted())
    expect(overlaps).toEqual([])
    expect(Math.min(...by)).toBeGreaterThan(0)
    await Promise.all([one.dispatcher.stop(1_000), other.dispatcher.stop(1_000)])
    await second.close()
  })

  it('does not ask again and again while another process holds the key', async () => {
    const second = await another()
    let asked = 0
    const counting: Store = {
      ...second,
      write(work) {
        asked += 1
        return second.write(work)
      },
    }
    let finish = () => {}
    const ran: string[] = []
    const holds = worker(async ({ name }) => {
      ran.push(name)
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      return undefined
    })
    const waits = worker(async ({ name }) => void ran.push(name), { on: counting })
    await holds.dispatcher.start()
    await holds.add({ name: 'first', key: 'k' })
    await expect.poll(() => ran).toEqual(['first'])
    await waits.dispatcher.start()
    await holds.add({ name: 'second', key: 'k' })
    await waits.dispatcher.idle()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(asked).toBeLessThan(10)
    finish()
    await waits.dispatcher.stop(100)
    await second.close()
  })
})
