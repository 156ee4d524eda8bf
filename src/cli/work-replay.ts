import { ORG } from '../app.ts'
import { reviveRow } from '../work/index.ts'
import { defineCommand } from './command.ts'
import { withStore } from './open.ts'

export const workReplay = defineCommand({
  path: ['work', 'replay'],
  takes: '<id> …',
  count: { least: 1, most: 1_000 },
  summary: 'Give work that gave up its attempts anew.',
  details: ['The running hub takes it up within seconds; without one it runs at the next start.'],
  async run({ args }, cli) {
    return withStore(cli, async (store) => {
      let missing = 0
      for (const id of args) {
        const revived = await store.write((tx) => reviveRow(tx, ORG, id, cli.clock.now()))
        if (revived) cli.out(`${id} will run again`)
        else {
          cli.say(`There is no dead work ${id}.`)
          missing += 1
        }
      }
      return missing === 0 ? 0 : 1
    })
  },
})
