import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { instantPace } from '../../src/sandbox/index.ts'
import { ABHISHEK, startTestHub, type TestHub } from '../hub.ts'

const EMILY = 'emily.carter@letters.example'
const HOUR = 3_600_000

const talking = { settings: { pace: { ...instantPace, callTalking: 20 * 60_000 } } }
const dialled = (hub: TestHub) => Object.values(hub.control.world.calls)
const sent = (hub: TestHub) =>
  Object.values(hub.control.world.mails).filter(({ direction }) => direction === 'sent')

async function cancel(hub: TestHub, ticket: string, reason = 'the guest came by') {
  const { id } = await hub.flowOf(ticket)
  await hub.api.call('POST', `/ai/flows/${id}/cancel`, { reason })
  await hub.settle()
  return hub.flowOf(ticket)
}

describe('a person who cancels a flow', () => {
  it('ends the call that is talking, at the provider, and no other one follows', async () => {
    await using hub = await startTestHub({ sandbox: talking })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(dialled(hub)).toMatchObject([{ status: 'in-progress' }])

    expect(await cancel(hub, ticket)).toMatchObject({
      status: 'cancelled',
      last_error: 'the guest came by',
      waiting_for: null,
    })
    expect(dialled(hub)).toMatchObject([{ status: 'ended', endedReason: 'manually-canceled' }])
    expect((await hub.runOf(ticket)).calls).toMatchObject([{ status: 'failed', attempts: 1 }])
    await hub.pass(24 * HOUR)
    expect(dialled(hub)).toHaveLength(1)
  })

  it('takes back the call that waits for a line: it is never dialled', async () => {
    await using hub = await startTestHub({ env: { CALL_CONCURRENCY: '1' }, sandbox: talking })
    hub.assign(ABHISHEK)
    await hub.settle()
    const second = hub.assign(EMILY)
    await hub.settle()
    expect((await hub.runOf(second)).calls).toMatchObject([{ status: 'pending_ai_call', attempts: 0 }])

    await cancel(hub, second)
    expect((await hub.runOf(second)).calls).toMatchObject([{ status: 'failed', attempts: 0 }])
    await hub.pass(24 * HOUR)
    expect(dialled(hub)).toHaveLength(1)
  })

  it('keeps the mail back that waits for approval; an answer that comes later is refused', async () => {
    await using hub = await startTestHub({ env: { APPROVE_CONTACTS: 'first' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const { id, step } = await hub.flowOf(ticket)
    const asked = step('approve_mail')
    expect(asked.status).toBe('awaiting_user')

    const flow = await cancel(hub, ticket)
    expect(flow.step('approve_mail').status).toBe('cancelled')
    await expect(hub.api.approve(id, asked.id)).rejects.toThrow('409')
    await hub.pass(24 * HOUR)
    expect(sent(hub)).toEqual([])
  })

  it('takes back the call that waits for the morning', async () => {
    await using hub = await startTestHub({ env: { QUIET_HOURS: '00:00-23:59' } })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect((await hub.runOf(ticket)).calls).toMatchObject([{ status: 'pending_ai_call', attempts: 0 }])
    await cancel(hub, ticket)
    expect((await hub.runOf(ticket)).calls).toMatchObject([{ status: 'failed', attempts: 0 }])
    await hub.pass(48 * HOUR)
    expect(dialled(hub)).toEqual([])
  })

  it('is told of the mail of which nobody can say whether it went out; it is not sent again', async () => {
    await using hub = await startTestHub()
    hub.sandbox.standIns.resend.faults.push({ on: 'POST /emails', kind: { status: 500 }, times: 1 })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const mailOf = async () => (await hub.runOf(ticket)).effects.find(({ skill }) => skill === 'send_email')
    expect(await mailOf()).toMatchObject({ state: 'trying' })

    await cancel(hub, ticket)
    expect(await mailOf()).toMatchObject({ state: 'in_doubt', attempts: 1 })
    expect((await hub.runOf(ticket)).escalations).toMatchObject([{ source: 'in_doubt', priority: 'high' }])
    await hub.pass(24 * HOUR)
    expect(sent(hub)).toEqual([])
  })

  it('a second time is told that it has ended', async () => {
    await using hub = await startTestHub({ sandbox: talking })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    const before = await cancel(hub, ticket)
    const again = hub.api.call('POST', `/ai/flows/${before.id}/cancel`, {})
    await expect(again).rejects.toThrow(/409 .*"urn:switchboard:conflict"/)
    expect(await hub.flowOf(ticket)).toMatchObject({ ...before, step: expect.anything() })
  })

  it('is obeyed although the hub dies right after: the call is ended when it is back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchboard-cancel-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    let ticket = ''
    {
      await using hub = await startTestHub({ folder, sandbox: talking })
      ticket = hub.assign(ABHISHEK)
      await hub.settle()
      // Nothing that follows from the cancellation is carried out any more.
      await hub.hub.dispatcher.stop(1_000)
      await hub.api.call('POST', `/ai/flows/${(await hub.flowOf(ticket)).id}/cancel`, {})
      expect(dialled(hub)).toMatchObject([{ status: 'in-progress' }])
    }
    await using hub = await startTestHub({ folder, sandbox: talking })
    // Its report goes to where the hub was before; asking brings it.
    await hub.pass(60_000)
    expect(await hub.flowOf(ticket)).toMatchObject({ status: 'cancelled' })
    expect(dialled(hub)).toMatchObject([{ status: 'ended', endedReason: 'manually-canceled' }])
    expect((await hub.runOf(ticket)).calls).toMatchObject([{ status: 'failed' }])
  })

  it('ends a call of which the answer was lost while it was dialled', async () => {
    await using hub = await startTestHub({ sandbox: talking })
    hub.sandbox.standIns.vapi.faults.push({ on: 'POST /call', kind: 'timeout_after_effect', times: 1 })
    const ticket = hub.assign(ABHISHEK)
    await hub.settle()
    expect(dialled(hub)).toMatchObject([{ status: 'in-progress' }])
    const { id } = await hub.flowOf(ticket)
    await hub.api.call('POST', `/ai/flows/${id}/cancel`, {})
    await hub.pass(60_000)
    expect(dialled(hub)).toMatchObject([{ status: 'ended', endedReason: 'manually-canceled' }])
    await hub.pass(24 * HOUR)
    expect(dialled(hub)).toHaveLength(1)
  })
})

it('a person who takes the ticket over does not cut the customer off, who is talking', async () => {
  await using hub = await startTestHub({ sandbox: talking })
  const ticket = hub.assign(ABHISHEK)
  await hub.settle()
  hub.control.takeFromAi(ticket)
  await hub.settle()
  expect(await hub.flowOf(ticket)).toMatchObject({ status: 'cancelled', outcome: 'taken_over' })
  expect(dialled(hub)).toMatchObject([{ status: 'in-progress' }])
})
