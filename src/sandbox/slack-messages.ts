import { z } from 'zod'
import type { StandInDeps } from './deps.ts'
import { plainWords } from './rooms.ts'
import { blockMistake } from './slack-blocks.ts'
import type { ChatChannel, ChatMessage } from './world.ts'

export const SLACK = {
  botToken: 'xoxb-sandbox',
  signingSecret: 'slack-signing-secret-of-the-sandbox',
  escalationsChannel: 'C0ESCALATE',
  teamId: 'T0SANDBOX',
  botUserId: 'U0BOT',
  botId: 'B0BOT',
  appId: 'A0SANDBOX',
  webhookPath: '/services/T0SANDBOX/B0HOOK/sandboxwebhooksecret',
} as const

export type SlackDeps = Pick<StandInDeps, 'world' | 'clock' | 'changed' | 'port'>

/** What the methods work on; `lastMicros` keeps every `ts` greater than the one before. */
export type Slack = SlackDeps & { lastMicros: number }

export const Content = z.object({
  text: z.string().optional(),
  blocks: z.array(z.unknown()).optional(),
  attachments: z.array(z.unknown()).optional(),
})
export type Content = z.infer<typeof Content>

export const Metadata = z.object({
  event_type: z.string().min(1),
  event_payload: z.record(z.string(), z.unknown()),
})

const MAX_MESSAGE_TEXT = 40_000

/** What Slack would not post. */
export function contentMistake(content: Content): { error: string; details?: string[] } | undefined {
  const { text, blocks, attachments } = content
  if (!text && !blocks?.length && !attachments?.length) return { error: 'no_text' }
  if (text && text.length > MAX_MESSAGE_TEXT) return { error: 'msg_too_long' }
  const mistake = blockMistake(blocks ?? [])
  return mistake ? { error: 'invalid_blocks', details: [mistake] } : undefined
}

export function append(
  slack: Slack,
  channel: ChatChannel,
  content: Content,
  options: Partial<Pick<ChatMessage, 'thread' | 'ephemeralFor' | 'via'>> & {
    metadata?: z.infer<typeof Metadata>
  },
): ChatMessage {
  const createdAt = slack.clock.now()
  slack.lastMicros = Math.max(createdAt * 1000, slack.lastMicros + 1)
  const isBot = options.via !== 'webhook'
  const message: ChatMessage = {
    id: tsOf(slack.lastMicros),
    authorId: isBot ? SLACK.botUserId : 'B0HOOK',
    authorName: isBot ? 'Switchboard' : 'incoming webhook',
    text: readable(content),
    body: content,
    key: null,
    metadata: null,
    thread: options.thread ?? null,
    ephemeralFor: options.ephemeralFor ?? null,
    via: options.via ?? 'bot',
    createdAt,
    edits: [],
  }
  setMetadata(message, options.metadata)
  channel.messages[message.id] = message
  slack.changed()
  return message
}

/** A `key` in the payload is how a sender finds its message again. */
export function setMetadata(message: ChatMessage, metadata: z.infer<typeof Metadata> | undefined) {
  message.metadata = metadata ?? null
  message.key = textOf(metadata?.event_payload.key) ?? null
}

/** What a person sees: the blocks and attachments where there are any, else the text. */
export function readable(content: Content): string {
  const words = plainWords([content.blocks, content.attachments])
  return words.length > 0 ? words.join('\n') : (content.text ?? '')
}

/** `1763625600.000100`: seconds and six digits, so that text order is time order. */
function tsOf(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000)
  return `${seconds}.${String(micros % 1_000_000).padStart(6, '0')}`
}

export function microsOf(ts: string): number {
  return Number(ts.replace('.', ''))
}

/** Without `include_all_metadata` a history tells the metadata's type, not its payload. */
export function wire(message: ChatMessage, withPayload: boolean) {
  const metadata = Metadata.safeParse(message.metadata).data
  const lastEdit = message.edits.at(-1)
  const { text = '', blocks, attachments } = Content.parse(message.body)
  return {
    type: 'message',
    ...(message.via === 'webhook' && { subtype: 'bot_message', bot_id: message.authorId }),
    ...(message.via === 'bot' && { user: SLACK.botUserId, bot_id: SLACK.botId, app_id: SLACK.appId }),
    ...(message.via === 'person' && { user: message.authorId }),
    team: SLACK.teamId,
    text,
    ts: message.id,
    ...(message.thread && { thread_ts: message.thread }),
    ...(blocks && { blocks }),
    ...(attachments && { attachments }),
    ...(metadata && { metadata: withPayload ? metadata : { event_type: metadata.event_type } }),
    ...(lastEdit && !blocks && { edited: { user: SLACK.botUserId, ts: tsOf(lastEdit.at * 1000) } }),
  }
}

/** A string with something in it. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
