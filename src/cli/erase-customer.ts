import { ORG } from '../app.ts'
import { type Elsewhere, elsewhereOf, eraseCustomer as erase } from '../customers/index.ts'
import { type Cli, defineCommand } from './command.ts'
import { withStore } from './open.ts'

export const eraseCustomer = defineCommand({
  path: ['erase-customer'],
  takes: '<id>',
  count: { least: 1, most: 1 },
  summary: 'Erase what the hub knows of a customer: conversation, profile, calls, flows, consents, webhooks.',
  details: [
    'What has run stays as empty rows, so that nothing happens twice; the customer stays as a row that says "erased".',
    'Unfinished flows end. It cannot be undone. What vendors hold is listed, not deleted: erase it there first, or',
    'the desk tells the hub again. Backups, logs and knowledge documents are yours to look after.',
  ],
  options: { yes: { type: 'boolean', help: 'Do it; without this it only says what is held elsewhere' } },
  async run({ values, args: [id = ''] }, cli) {
    return withStore(cli, async (store) => {
      const elsewhere = await elsewhereOf(store, ORG, id)
      if (!values.yes) {
        tellElsewhere(elsewhere, cli)
        cli.say(`Nothing was erased. To erase ${id} for good, say --yes.`)
        return 1
      }
      const erased = await erase(store, ORG, id, cli.clock.now())
      for (const [table, rows] of Object.entries(erased)) {
        if (rows > 0) cli.out(`${table.padEnd(20)} ${rows}`)
      }
      cli.out(`${id} is erased here.`)
      tellElsewhere(elsewhere, cli)
      return 0
    })
  },
})

function tellElsewhere({ tickets, providerIds, chats }: Elsewhere, cli: Cli) {
  if (tickets.length > 0) cli.out(`At the desk: ${tickets.join(', ')}`)
  if (providerIds.length > 0) cli.out(`With the mail and voice providers: ${providerIds.join(', ')}`)
  for (const { surface, channel, message } of chats)
    if (message !== '') cli.out(`In ${surface}: message ${message} in channel ${channel}`)
}
