import { pino } from 'pino'
import { expect, it } from 'vitest'
import { discord } from '../../../integrations/discord/index.ts'
import { DISCORD, startDiscordStandIn } from '../../../src/sandbox/discord.ts'
import { allMessages, plainWords } from '../../../src/sandbox/rooms.ts'
import { emptyWorld } from '../../../src/sandbox/world.ts'
import { type ChatUnderTest, chatContract } from '../../contracts/chat.ts'
import { stoppedClock } from '../../src/sandbox/clock.ts'
import { view } from '../views.ts'

async function connect(kind: 'bot' | 'webhook'): Promise<ChatUnderTest> {
  const clock = stoppedClock('2026-03-02T09:00:00Z')
  const world = emptyWorld(clock.now())
  const standIn = await startDiscordStandIn({ world, clock, changed: () => {} })
  const env =
    kind === 'webhook'
      ? { DISCORD_WEBHOOK_URL: standIn.webhookUrl }
      : {
          DISCORD_API_URL: `${standIn.url}/api`,
          DISCORD_BOT_TOKEN: DISCORD.botToken,
          DISCORD_ESCALATIONS_CHANNEL: DISCORD.escalationsChannel,
        }
  const deps = { clock, log: pino({ level: 'silent' }) }
  const chat = await discord.ports.chat?.(discord.config.parse(env), deps)
  if (!chat) throw new Error('no chat')
  return {
    chat,
    channel: chat.defaultChannel,
    room: () =>
      allMessages(world.chat.discord).map(({ body }) => ({
        words: plainWords(body).join('\n'),
        json: JSON.stringify(body),
      })),
    next: (fault) =>
      standIn.faults.push({
        on: kind === 'webhook' ? 'POST /webhooks' : 'POST /messages',
        kind: fault,
        times: 1,
      }),
    dispose: () => standIn.close(),
  }
}

chatContract('Discord by bot token', () => connect('bot'))
chatContract('Discord by webhook', () => connect('webhook'))

it('posts once under a key, however often it is told to within a few minutes', async () => {
  const { chat, channel, room, dispose } = await connect('bot')
  const key = 'a key that is longer than the 25 characters of a nonce'
  const first = await chat.post(view(), { channel, key })
  expect(await chat.post(view(), { channel, key })).toEqual(first)
  expect(room()).toHaveLength(1)
  await dispose()
})
