import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dumpedTables, rowsOf } from '../../../src/store/index.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../../hub.ts'
import { freshPostgres, hasPostgres } from '../../postgres.ts'
import { called } from './called.ts'

const stores = [
  { store: 'SQLite', env: async () => ({}) },
  ...(hasPostgres ? [{ store: 'Postgres', env: async () => ({ DATABASE_URL: await freshPostgres() }) }] : []),
]

describe.each<{ store: string; env: () => Promise<Record<string, string>> }>(stores)(
  'erase-customer on $store, after the whole job',
  ({ env: envOf }) => {
    let env: Record<string, string> = {}
    let hub: TestHub
    let customerId = ''
    let other = ''
    let ticket = ''
    let personal: string[] = []
    const cli = (line: string) => called(line, { env: { DATA_DIR: hub.folder, ...env } })

    beforeAll(async () => {
      env = await envOf()
      hub = await startTestHub({ env })
      ticket = hub.assign(ABHISHEK)
      const anna = hub.assign('anna.weber@weber-architekten.example')
      hub.control.behave(hub.personOf(ABHISHEK).id, { mail: 'agrees', call: 'angry' })
      await hub.settle()
      const flow = await hub.flowOf(ticket)
      customerId = String(flow.customer_id)
      other = String((await hub.flowOf(anna)).customer_id)
      const person = hub.personOf(ABHISHEK)
      const said = (await rowsIn(hub, 'messages')).filter((row) => row.customer_id === customerId)
      personal = [
        person.email,
        person.name,
        '98450',
        ...said.map((row) => String(row.body).slice(0, 60)),
      ].filter((text): text is string => typeof text === 'string' && text.length > 4)
      expect(personal.length).toBeGreaterThan(8)
    })
    afterAll(() => hub[Symbol.asyncDispose]())

    it('says what is held elsewhere and erases nothing without --yes', async () => {
      const { code, out, said } = await cli(`erase-customer ${customerId}`)
      expect(code).toBe(1)
      expect(out).toContain(`zendesk:${ticket}`)
      expect(out).toMatch(/In slack: message \S+ in channel/)
      expect(said).toContain('Nothing was erased')
      expect(await tablesWith(hub, personal)).toContain('customers')
    })

    it('leaves no table in which their name, address, number or words stand', async () => {
      expect(await tablesWith(hub, personal)).toEqual(
        expect.arrayContaining(['messages', 'deliveries', 'effects']),
      )
      const { code, out } = await cli(`erase-customer ${customerId} --yes`)
      expect(code).toBe(0)
      expect(out).toContain(`${customerId} is erased here`)
      expect(await tablesWith(hub, personal)).toEqual([])
    })

    it('keeps the row that says so, and everything of the others', async () => {
      const customers = await rowsIn(hub, 'customers')
      expect(customers.find((row) => row.id === customerId)).toMatchObject({
        name: '(erased)',
        stage: 'erased',
      })
      expect(customers.find((row) => row.id === other)?.email).toBe('anna.weber@weber-architekten.example')
      const kept = (await rowsIn(hub, 'messages')).filter((row) => row.customer_id === other)
      expect(kept.length).toBeGreaterThan(0)
    })

    it('leaves the hub able to run, and gives the ticket to a person when it comes to AI again', async () => {
      await hub.settle()
      expect((await cli('work dead')).out).toBe('No work gave up.')
      const mails = hub.effects().mails.total
      hub.control.assignToAi(ticket)
      await hub.settle()
      expect(await hub.flowOf(ticket)).toMatchObject({ outcome: 'escalated' })
      expect(hub.effects().mails.total).toBe(mails)
    })

    it('cannot be done twice, nor for nobody', async () => {
      expect(await cli(`erase-customer ${customerId} --yes`)).toMatchObject({ code: 1 })
      expect((await cli('erase-customer cus_nobody --yes')).said).toBe('There is no customer cus_nobody.')
    })
  },
)

async function rowsIn(hub: TestHub, table: (typeof dumpedTables)[number]) {
  const rows: Record<string, unknown>[] = []
  for await (const row of rowsOf(hub.hub.store.read, 'default', table)) rows.push(row)
  return rows
}

/** The tables in which any of these texts stands, bodies of webhooks included. */
async function tablesWith(hub: TestHub, texts: string[]): Promise<string[]> {
  const found: string[] = []
  for (const table of dumpedTables) {
    let all = ''
    for await (const row of rowsOf(hub.hub.store.read, 'default', table))
      all += Object.values(row).map(String).join('\n').toLowerCase()
    const inJson = (text: string) => JSON.stringify(text.toLowerCase()).slice(1, -1)
    if (texts.some((text) => all.includes(text.toLowerCase()) || all.includes(inJson(text))))
      found.push(table)
  }
  return found
}
