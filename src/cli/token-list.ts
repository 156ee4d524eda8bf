import { ORG } from '../app.ts'
import { listTokens } from '../store/rows/api-tokens.ts'
import { defineCommand } from './command.ts'
import { withStore } from './open.ts'

export const tokenList = defineCommand({
  path: ['token', 'list'],
  summary: 'List the API tokens that were made, without their values.',
  details: [
    'The token of API_TOKEN, or of DATA_DIR/api_token, is not among them: it may always do everything.',
  ],
  async run(_given, cli) {
    return withStore(cli, async (store) => {
      const tokens = await listTokens(store.read, ORG)
      if (tokens.length === 0) cli.out('No tokens were made.')
      for (const { name, scopes, created_at } of tokens)
        cli.out(`${name.padEnd(24)} ${scopes.padEnd(18)} since ${new Date(created_at).toISOString()}`)
      return 0
    })
  },
})
