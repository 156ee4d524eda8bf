import { migrate, openStore } from '../store/index.ts'
import { defineCommand } from './command.ts'
import { configOf, databaseFile } from './open.ts'

export const migrateCommand = defineCommand({
  path: ['migrate'],
  summary: 'Bring the database schema up to date; each start does the same.',
  async run(_given, cli) {
    const config = configOf(cli)
    const store = await openStore({ databaseUrl: config.store.databaseUrl, file: databaseFile(config) })
    try {
      const ran = await migrate(store, cli.clock.now())
      for (const name of ran) cli.out(`ran ${name}`)
      const where = store.dialect === 'sqlite' ? databaseFile(config) : 'the Postgres database'
      cli.out(`${where} is up to date`)
      return 0
    } finally {
      await store.close()
    }
  },
})
