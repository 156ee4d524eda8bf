import { createWriteStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ORG } from '../app.ts'
import type { Config } from '../config/index.ts'
import { dumpedTables, rowsOf, type Store, type Value } from '../store/index.ts'
import { defineCommand } from './command.ts'
import { withStore } from './open.ts'

export const exportCommand = defineCommand({
  path: ['export'],
  summary: 'Print everything the database holds as JSON lines: {"table", "row"}.',
  details: [
    'Hashes of API tokens are left out, configured secrets are masked wherever they stand. It holds customer data:',
    'keep it as you keep the database. Bodies of webhooks are text, or base64 where they are none.',
    'The knowledge index is not in it, and table is read after table: for a backup see docs/operations.md.',
  ],
  options: {
    out: { type: 'string', value: '<file>', help: 'Write to a file instead, readable by its owner alone' },
  },
  async run({ values }, cli) {
    return withStore(cli, async (store, config) => {
      if (values.out === undefined) {
        for await (const line of linesOf(store, config)) cli.out(line)
        return 0
      }
      const file = resolve(cli.folder, values.out)
      let count = 0
      async function* counted() {
        for await (const line of linesOf(store, config)) {
          count += 1
          yield `${line}\n`
        }
      }
      await pipeline(Readable.from(counted()), createWriteStream(file, { mode: 0o600 }))
      cli.say(`${count} rows in ${file}`)
      return 0
    })
  },
})

async function* linesOf(store: Store, config: Config): AsyncGenerator<string> {
  const mask = maskOf(config.secretValues)
  for (const table of dumpedTables) {
    for await (const row of rowsOf(store.read, ORG, table)) {
      if (table === 'api_tokens') delete row.hash
      const shown = Object.entries(row).map(([column, value]) => [column, mask(textOf(value))])
      yield JSON.stringify({ table, row: Object.fromEntries(shown) })
    }
  }
}

function textOf(value: Value): string | number | null {
  if (!Buffer.isBuffer(value)) return value
  const text = value.toString('utf8')
  return text.includes('\ufffd') ? value.toString('base64') : text
}

function maskOf(secrets: readonly string[]) {
  return (value: string | number | null) =>
    typeof value === 'string'
      ? secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), value)
      : value
}
