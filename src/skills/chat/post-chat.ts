import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ChatSurface, MessageRef, View } from '../../ports/index.ts'
import { chatMessageOf, saveChatMessage } from '../../store/rows/cases.ts'
import { type Act, defineSkill } from '../define.ts'

export const ViewSchema = z.object({
  tone: z.enum(['success', 'danger', 'warning', 'info', 'neutral']),
  title: z.string().min(1),
  titleUrl: z.string().optional(),
  lines: z.array(z.string()).default([]),
  fields: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
  links: z.array(z.object({ label: z.string(), url: z.string() })).default([]),
  footer: z.string().optional(),
})

/** A message that is being posted for the first time, its answer not yet there. */
const POSTING = ''

export const postChat = defineSkill({
  name: 'post_chat',
  title: 'Post to the team chat',
  description:
    'Posts a card to the team on every connected chat, or edits the one that is already there under the same name. Does not reach customers.',
  effect: 'write',
  input: z.object({
    card: z
      .string()
      .min(1)
      .describe('Name of the card: the same name is the same message, like zendesk:4711'),
    view: ViewSchema,
  }),
  output: z.object({
    messages: z.array(z.object({ surface: z.string(), channel: z.string(), message: z.string() })),
  }),
  async run({ card, view }, act) {
    const messages: MessageRef[] = []
    for (const surface of act.hub.chats) {
      const ref = await postOn(surface, card, view, act)
      if (ref) messages.push(ref)
    }
    return { messages }
  },
  // Every surface remembers what it posted, and is asked before anything is posted again.
  recheck: async () => ({ kind: 'repeat' }),
})

async function postOn(
  surface: ChatSurface,
  card: string,
  view: View,
  act: Act,
): Promise<MessageRef | undefined> {
  const { store, clock } = act.hub
  const before = await chatMessageOf(store.read, act.org, card, surface.name)
  const hash = createHash('sha256').update(JSON.stringify(view)).digest('hex')
  const save = (ref: MessageRef, shown: string) =>
    store.write((tx) =>
      saveChatMessage(tx, {
        org: act.org,
        card,
        surface: surface.name,
        channel: ref.channel,
        message: ref.message,
        view: shown,
        updated_at: clock.now(),
      }),
    )

  if (before && before.message !== POSTING) {
    const ref: MessageRef = { surface: surface.name, channel: before.channel, message: before.message }
    if (before.view === hash) return ref
    if (surface.can.edit) {
      await surface.update(ref, view)
      await save(ref, hash)
      return ref
    }
  }
  const channel = surface.defaultChannel
  const key = surface.can.edit ? card : `${card}:${hash.slice(0, 12)}`
  if (before?.message === POSTING) {
    // A post was cut off. Without a way to ask, a card missing is better than a card twice.
    if (!surface.can.find) return undefined
    const found = await surface.find(channel, key)
    if (found) {
      await save(found, hash)
      return found
    }
  } else {
    await save({ surface: surface.name, channel, message: POSTING }, hash)
  }
  const ref = await surface.post(view, { channel, key })
  await save(ref, hash)
  return ref
}
