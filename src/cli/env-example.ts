import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { integrations } from '../../integrations/index.ts'
import { renderEnvExample } from '../config/index.ts'
import { defineCommand } from './command.ts'

export const envExample = defineCommand({
  path: ['env-example'],
  summary: 'Print every variable there is, as .env.example has them.',
  options: { write: { type: 'boolean', help: 'Write .env.example anew instead' } },
  async run({ values }, cli) {
    const text = renderEnvExample(integrations)
    if (values.write) {
      await writeFile(fileURLToPath(new URL('../../.env.example', import.meta.url)), text)
      cli.out('wrote .env.example')
    } else cli.out(text.trimEnd())
    return 0
  },
})
