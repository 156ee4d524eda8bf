import { messageOf, VendorError } from '../../src/ops/errors.ts'
import type { ChatSurface, MessageRef, PortDeps } from '../../src/ports/index.ts'
import { type CallKind, createSlackClient } from './client.ts'
import { renderSlack } from './render.ts'

/** Our mark in a message's metadata (docs.slack.dev/messaging/message-metadata). */
const EVENT_TYPE = 'switchboard_case'

const PAGE = 200
/** How far back `find` looks: it is asked about a post whose answer was lost, so the message is a recent one. */
const MAX_PAGES = 5

/** Slack through a bot token. `channel` is an id, or a name with or without `#`. */
export async function createSlackChat(
  options: { token: string; channel: string; apiUrl?: string | undefined },
  deps: PortDeps,
): Promise<ChatSurface> {
  const { client, toVendorError } = await createSlackClient(
    { token: options.token, apiUrl: options.apiUrl },
    deps.log,
  )
  /** Names met so far; history and edits take ids only. */
  const idsByName = new Map<string, string>()

  async function call<T>(kind: CallKind, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } catch (error) {
      throw error instanceof VendorError ? error : toVendorError(error, kind)
    }
  }

  async function channelId(channel: string): Promise<string | undefined> {
    if (/^[CGD][A-Z0-9]{6,}$/.test(channel)) return channel
    const name = channel.replace(/^#/, '')
    let cursor: string | undefined
    for (let page = 0; !idsByName.has(name) && page < MAX_PAGES; page += 1) {
      const answer = await client.conversations.list({
        types: 'public_channel,private_channel',
        exclude_archived: true,
        limit: PAGE,
        ...(cursor && { cursor }),
      })
      for (const found of answer.channels ?? [])
        if (found.name && found.id) idsByName.set(found.name, found.id)
      cursor = answer.response_metadata?.next_cursor
      if (!cursor) break
    }
    return idsByName.get(name)
  }

  return {
    name: 'slack',
    defaultChannel: options.channel,
    can: { edit: true, find: true },

    async post(view, { channel, key, thread }) {
      const answer = await call('write', () =>
        client.chat.postMessage({
          channel,
          ...renderSlack(view),
          metadata: { event_type: EVENT_TYPE, event_payload: { key } },
          ...(thread && { thread_ts: thread }),
          unfurl_links: false,
          unfurl_media: false,
        }),
      )
      return refOf(answer.channel ?? channel, answer.ts)
    },

    async update(ref, view) {
      // Metadata stays as it was when the argument is absent (docs.slack.dev/reference/methods/chat.update).
      await call('write', () =>
        client.chat.update({ channel: ref.channel, ts: ref.message, ...renderSlack(view) }),
      )
    },

    async find(channel, key, thread) {
      return call('read', async () => {
        const id = await channelId(channel)
        if (!id) return undefined
        let cursor: string | undefined
        for (let page = 0; page < MAX_PAGES; page += 1) {
          const where = { channel: id, include_all_metadata: true, limit: PAGE, ...(cursor && { cursor }) }
          const answer = thread
            ? await client.conversations.replies({ ...where, ts: thread })
            : await client.conversations.history(where)
          const found = answer.messages?.find((message) => keyOf(message.metadata) === key)
          if (found) return refOf(id, found.ts)
          cursor = answer.response_metadata?.next_cursor
          if (!cursor) return undefined
        }
        return undefined
      })
    },

    async check() {
      try {
        const { team, user } = await call('read', () => client.auth.test())
        return { ok: true, detail: `signed in to ${team} as ${user}` }
      } catch (error) {
        return { ok: false, detail: messageOf(error), hint: error instanceof VendorError ? error.hint : '' }
      }
    },
  }
}

function refOf(channel: string, ts: string | undefined): MessageRef {
  return { surface: 'slack', channel, message: ts ?? '' }
}

/** The SDK types the payload of somebody's metadata too narrowly to be trusted. */
function keyOf(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null) return undefined
  if (!('event_type' in metadata) || metadata.event_type !== EVENT_TYPE) return undefined
  const payload = 'event_payload' in metadata ? metadata.event_payload : undefined
  return typeof payload === 'object' && payload !== null && 'key' in payload ? payload.key : undefined
}
