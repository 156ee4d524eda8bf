import type { Integration } from '../ports/index.ts'
import { type Section, sections } from './sections.ts'

const HEAD = `# Every variable that Switchboard knows. Copy this file to .env and set what you need; nothing here must be set:
# without a vendor the hub runs in the sandbox. Secrets may also be given as NAME_FILE=/path/to/a/file.
# Written by \`npm run cli -- env-example --write\`: change the descriptions in the schemas, not here.
`

/**
 * The text of `.env.example`: each variable under its title, one line of description, its default if it has
 * one. Vendors stand in the order of their names.
 */
export function renderEnvExample(integrations: Integration[]): string {
  const byName = integrations.toSorted((a, b) => a.title.localeCompare(b.title, 'en'))
  return [HEAD, ...sections(byName).map(renderSection)].join('\n')
}

function renderSection({ title, variables }: Section): string {
  const lines = variables.map(
    ({ name, description, defaultText }) => `# ${description}\n#${name}=${defaultText ?? ''}\n`,
  )
  return [`## ${title}\n`, ...lines].join('\n')
}
