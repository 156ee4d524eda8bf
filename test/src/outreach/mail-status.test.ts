import { expect, it } from 'vitest'
import type { EventOf } from '../../../src/events/index.ts'
import { followMail } from '../../../src/outreach/index.ts'
import { insertMessage, messageByProviderId } from '../../../src/store/rows/messages.ts'
import type { Job, RunResult } from '../../../src/work/index.ts'
import { ORG, START } from '../../contracts/rows.ts'
import { skillBench } from '../skills/bench.ts'

type Status = EventOf<'mail_status'>['status']

/** The store's side of a mail that went out, and what its provider says of it, one after the other. */
async function sentMail() {
  const bench = await skillBench([])
  const { store, events, hub, queue, clock, newId, log } = bench
  const { work } = followMail({
    store,
    queue,
    events: () => events,
    clock,
    newId,
    inbound: new Map(),
    own: { addresses: [], messageIdDomain: null },
    secret: 'secret',
    escalate: hub.escalate,
    log,
  })
  const job: Job = {
    id: 'wrk_1',
    org: ORG,
    attempt: 1,
    caseId: null,
    signal: new AbortController().signal,
    log,
    finish: async () => {},
  }
  return {
    clock,
    noted: () =>
      store.write((tx) =>
        tx.run(
          insertMessage({
            id: 'msg_1',
            org: ORG,
            customer_id: 'cus_1',
            channel: 'email',
            direction: 'out',
            kind: 'human',
            ticket: null,
            flow_id: null,
            call_id: null,
            effect_id: 'eff_1',
            provider: 'resend',
            provider_id: 'mail-1',
            header_id: null,
            in_reply_to: null,
            subject: 'A room',
            body: 'Hello',
            status: 'sent',
            meta: '{}',
            at: START,
          }),
        ),
      ),
    async says(status: Status, messageId: string | null = null): Promise<() => Promise<RunResult>> {
      const told = { provider: 'resend', providerId: 'mail-1', status, messageId, detail: null }
      const stored = await store.write((tx) =>
        events.raise(tx, { type: 'mail_status', ...told }, { org: ORG }),
      )
      return () => work.run({ eventId: stored.id, key: null }, job)
    },
    row: () => messageByProviderId(store.read, ORG, 'resend', 'mail-1', 'out'),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  }
}

it('lets a report that comes late change nothing, and fails over none', async () => {
  await using mail = await sentMail()
  await mail.noted()
  for (const status of ['delivered', 'sent', 'delayed', 'delivered'] as const)
    await (await mail.says(status))()
  expect(await mail.row()).toMatchObject({ status: 'delivered' })
})

it('waits for our own note of a mail that its provider tells of first', async () => {
  await using mail = await sentMail()
  const told = await mail.says('delivered', '<1@mail.example>')
  expect(await told()).toMatchObject({ again: expect.any(Number) })
  await mail.noted()
  expect(await told()).toBeUndefined()
  expect(await mail.row()).toMatchObject({ status: 'delivered', header_id: '<1@mail.example>' })
})

it('does not wait for ever for a mail that was not ours', async () => {
  await using mail = await sentMail()
  const told = await mail.says('delivered')
  mail.clock.advance(30 * 60_000)
  expect(await told()).toBeUndefined()
})
