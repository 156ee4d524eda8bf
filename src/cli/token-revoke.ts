import { ORG } from '../app.ts'
import { deleteToken } from '../store/rows/api-tokens.ts'
import { defineCommand } from './command.ts'
import { withStore } from './open.ts'

export const tokenRevoke = defineCommand({
  path: ['token', 'revoke'],
  takes: '<name>',
  count: { least: 1, most: 1 },
  summary: 'End an API token; from then on it is refused.',
  async run({ args: [name = ''] }, cli) {
    return withStore(cli, async (store) => {
      const gone = await store.write((tx) => deleteToken(tx, ORG, name))
      if (gone === 0) {
        cli.say(`There is no token named ${name}.`)
        return 1
      }
      cli.out(`${name} is revoked`)
      return 0
    })
  },
})
