import { describe, expect, it } from 'vitest'
import { startTestHub } from '../hub.ts'
import { freshPostgres, hasPostgres } from '../postgres.ts'

describe.skipIf(!hasPostgres)('on Postgres', () => {
  it('many jobs at once all end: no answer falls between looking for it and waiting for it', async () => {
    await using hub = await startTestHub({ env: { DATABASE_URL: await freshPostgres() } })
    const { people, tickets } = hub.control.world
    const customers = Object.values(people).filter((person) => person.role === 'end-user' && person.email)
    const open = customers.filter(({ id }) =>
      Object.values(tickets).some(
        (one) => one.requesterId === id && !['solved', 'closed'].includes(one.status),
      ),
    )
    for (const { id } of open) hub.control.behave(id, { mail: 'agrees', call: 'agrees' })
    const assigned = open.map(({ email }) => hub.assign(email ?? ''))
    expect(assigned.length).toBeGreaterThan(8)
    await hub.settle()

    const flows = await Promise.all(assigned.map((ticket) => hub.flowOf(ticket)))
    const unfinished = flows.filter(({ status }) => status !== 'completed')
    expect(unfinished.map(({ title, waiting_for }) => `${title}: ${waiting_for}`)).toEqual([])
  }, 60_000)
})
