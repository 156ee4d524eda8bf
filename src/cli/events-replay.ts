import { defineCommand } from './command.ts'
import { withHub } from './open.ts'

export const replayEventCommand = defineCommand({
  path: ['events', 'replay'],
  takes: '<id>',
  count: { least: 1, most: 1 },
  summary: 'Let what follows from an event happen again, as far as it did not.',
  details: [
    'The work of those who listen to it is queued anew; each looks at what is so by now. A mail that was taken in,',
    'a call that was settled or a message that was posted stay as they are. Only a ticket_assigned begins anew:',
    'where its ticket is still with AI and has no unfinished flow, the job starts again.',
    'The running hub takes it up within seconds; without one it runs at the next start.',
  ],
  async run({ args: [id = ''] }, cli) {
    return withHub(cli, async (hub) => {
      const listeners = await hub.replayEvent(id)
      if (listeners === undefined) {
        cli.say(`There is no event ${id}.`)
        return 1
      }
      cli.out(listeners === 0 ? `Nothing follows from ${id}.` : `${id}: queued for ${listeners} listener(s)`)
      return 0
    })
  },
})
