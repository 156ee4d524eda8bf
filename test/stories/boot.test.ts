import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { qb } from '../../src/store/index.ts'
import { startTestHub } from '../hub.ts'
import { startFlowOf } from '../saved-template.ts'

const HOUR = 3_600_000

it('a hub that starts looks at once for flows that nothing would carry on, and for those past their deadline', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchboard-boot-'))
  try {
    const id = await leaveForgotten(folder)
    await using hub = await startTestHub({ folder })
    await hub.settle()
    expect(await hub.api.flow(id)).toMatchObject({ status: 'completed' })
    expect(await hub.api.call('GET', '/escalations')).toMatchObject({
      data: [{ source: 'flow_overdue', flow_id: id }],
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** A flow that should have gone on an hour ago and has no work: what no crash may leave, but a restored backup can. */
async function leaveForgotten(folder: string): Promise<string> {
  await using hub = await startTestHub({ folder })
  const id = await startFlowOf(hub, [{ type: 'delay', name: 'rest', title: 'Rest', for: '5m' }])
  const then = hub.clock.now() - HOUR
  await hub.hub.store.write(async (tx) => {
    await tx.run(qb.deleteFrom('work').where('kind', '=', 'flow.run'))
    await tx.run(
      qb
        .updateTable('flows')
        .set({ updated_at: then, waiting_until: then, deadline_at: then })
        .where('id', '=', id),
    )
    await tx.run(qb.updateTable('flow_steps').set({ wait_until: then }).where('flow_id', '=', id))
  })
  return id
}
