import { ORG } from '../app.ts'
import { listDead } from '../work/index.ts'
import { defineCommand } from './command.ts'
import { withStore } from './open.ts'

const AT_MOST = 200

export const workDead = defineCommand({
  path: ['work', 'dead'],
  summary: 'List the work that gave up, newest first, with its last error.',
  async run(_given, cli) {
    return withStore(cli, async (store) => {
      const rows = await listDead(store.read, ORG, AT_MOST)
      if (rows.length === 0) cli.out('No work gave up.')
      for (const row of rows) {
        const since = new Date(row.created_at).toISOString()
        cli.out(`${row.id}  ${row.kind}  ${row.case_id ?? '-'}  ${row.attempts} attempts  since ${since}`)
        cli.out(`    ${row.last_error ?? 'no error noted'}`)
      }
      if (rows.length === AT_MOST) cli.say(`Only the newest ${AT_MOST} are shown.`)
      if (rows.length > 0) cli.say('Mend the cause, then: npm run cli -- work replay <id>')
      return 0
    })
  },
})
