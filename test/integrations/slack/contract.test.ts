import { pino } from 'pino'
import { slack } from '../../../integrations/slack/index.ts'
import { allMessages, plainWords } from '../../../src/sandbox/rooms.ts'
import { SLACK, startSlackStandIn } from '../../../src/sandbox/slack.ts'
import { emptyWorld } from '../../../src/sandbox/world.ts'
import { type ChatUnderTest, chatContract } from '../../contracts/chat.ts'
import { stoppedClock } from '../../src/sandbox/clock.ts'

async function connect(kind: 'bot' | 'webhook'): Promise<ChatUnderTest> {
  const clock = stoppedClock('2026-03-02T09:00:00Z')
  const world = emptyWorld(clock.now())
  const standIn = await startSlackStandIn({ world, clock, changed: () => {} })
  const env =
    kind === 'webhook'
      ? { SLACK_WEBHOOK_URL: standIn.webhookUrl }
      : {
          SLACK_API_URL: `${standIn.url}/api`,
          SLACK_BOT_TOKEN: SLACK.botToken,
          SLACK_SIGNING_SECRET: SLACK.signingSecret,
          SLACK_ESCALATIONS_CHANNEL: SLACK.escalationsChannel,
        }
  const chat = await slack.ports.chat?.(slack.config.parse(env), { clock, log: pino({ level: 'silent' }) })
  if (!chat) throw new Error('no chat')
  return {
    chat,
    channel: chat.defaultChannel,
    room: () =>
      allMessages(world.chat.slack).map(({ body }) => ({
        words: plainWords(body).join('\n'),
        json: JSON.stringify(body),
      })),
    next: (fault) =>
      standIn.faults.push({
        on: kind === 'webhook' ? 'POST /services' : 'POST /chat.postMessage',
        kind: fault,
        times: 1,
      }),
    dispose: () => standIn.close(),
  }
}

chatContract('Slack by bot token', () => connect('bot'))
chatContract('Slack by incoming webhook', () => connect('webhook'))
