import { createHash } from 'node:crypto'
import { z } from 'zod'
import { retryOf, VendorError } from '../../ops/errors.ts'
import type { ChatSurface, MessageRef, View } from '../../ports/index.ts'
import { chatMessageOf, chatMessagesOf, deleteChatMessage, saveChatMessage } from '../../store/rows/cases.ts'
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
/** Somebody else's post is waited for this long before it counts as cut off. */
const POSTING_MS = 60_000
/** Stands for a message whose id the surface does not tell. */
const POSTED = 'posted'

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
    under: z
      .string()
      .optional()
      .describe('Name of another card, in whose thread this one is posted where the chat has threads'),
  }),
  output: z.object({
    messages: z.array(z.object({ surface: z.string(), channel: z.string(), message: z.string() })),
  }),
  async run({ card, view, under }, act) {
    const messages: MessageRef[] = []
    const failures: unknown[] = []
    // One chat being down must not keep the others from hearing of it.
    for (const surface of act.hub.chats) {
      try {
        const ref = await postOn(surface, { card, view, under }, act)
        if (ref) messages.push(ref)
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures.find((error) => retryOf(error).when !== 'never') ?? failures[0]
    return { messages }
  },
  // Every surface remembers what it posted, and is asked before anything is posted again.
  recheck: async () => ({ kind: 'repeat' }),
  async undo({ card, view }, _output, { org, hub }) {
    const posted = await chatMessagesOf(hub.store.read, org, card)
    if (!posted.some((message) => message.view === hashOf(view))) {
      return { kind: 'impossible', why: 'The card tells something newer by now.' }
    }
    const withdrawn: z.input<typeof ViewSchema> = {
      tone: 'neutral',
      title: `Withdrawn: ${view.title}`,
      lines: ['What this card told was rolled back.'],
      links: view.links,
    }
    const title = `Mark the card "${view.title}" as withdrawn`
    return { kind: 'skill', skill: 'post_chat', input: { card, view: withdrawn }, title }
  },
})

const hashOf = (view: View) => createHash('sha256').update(JSON.stringify(view)).digest('hex')

async function postOn(
  surface: ChatSurface,
  { card, view, under }: { card: string; view: View; under: string | undefined },
  act: Act,
): Promise<MessageRef | undefined> {
  const { store, clock } = act.hub
  const hash = hashOf(view)
  const rowOf = (channel: string, message: string) => {
    const { org } = act
    return { org, card, surface: surface.name, channel, message, view: hash, updated_at: clock.now() }
  }
  const channel = surface.defaultChannel
  const thread = under === undefined ? undefined : await threadOf(surface, under, act)
  // Looked at and claimed in one transaction: of two who tell of one case at once, one posts.
  const { before, isCutOff } = await store.write(async (tx) => {
    const before = await chatMessageOf(tx, act.org, card, surface.name)
    // Where nothing can be edited, other words are another message.
    const isToBePosted = !before || (before.view !== hash && !surface.can.edit)
    if (isToBePosted) await saveChatMessage(tx, rowOf(channel, POSTING))
    return { before, isCutOff: !isToBePosted && before.message === POSTING }
  })
  const posted = async (ref: MessageRef) => {
    // An incoming webhook does not say which message it made.
    await store.write((tx) => saveChatMessage(tx, rowOf(ref.channel, ref.message || POSTED)))
    return ref
  }

  if (before && before.message !== POSTING) {
    const ref: MessageRef = { surface: surface.name, channel: before.channel, message: before.message }
    if (before.view === hash) return ref
    if (surface.can.edit) {
      await surface.update(ref, view)
      return posted(ref)
    }
  }
  const key = surface.can.edit ? card : `${card}:${hash.slice(0, 12)}`
  if (before && isCutOff) {
    if (act.attempt === 1 && clock.now() - before.updated_at < POSTING_MS) throw isBeingPosted(surface.name)
    // A post was cut off. Without a way to ask, a card missing is better than a card twice.
    if (!surface.can.find) return undefined
    const found = await surface.find(channel, key, thread)
    if (found) {
      if (before.view !== hash) await surface.update(found, view)
      return posted(found)
    }
  }
  try {
    return await posted(await surface.post(view, { channel, key, ...(thread ? { thread } : {}) }))
  } catch (error) {
    // Surely not posted: the next try need not fear to post it twice.
    if (error instanceof VendorError && error.effect === 'none') {
      const shown = before?.message === POSTING ? undefined : before
      await store.write(async (tx) => {
        if (shown) await saveChatMessage(tx, shown)
        else await deleteChatMessage(tx, act.org, card, surface.name)
      })
    }
    throw error
  }
}

/** The message under which a thread hangs; undefined where the chat has none, or does not tell its messages apart. */
async function threadOf(surface: ChatSurface, card: string, act: Act): Promise<string | undefined> {
  const above = await chatMessageOf(act.hub.store.read, act.org, card, surface.name)
  const isKnown = above !== undefined && above.message !== POSTING && above.message !== POSTED
  return isKnown ? above.message : undefined
}

function isBeingPosted(vendor: string): VendorError {
  return new VendorError({
    code: 'vendor_conflict',
    vendor,
    retry: { when: 'after', ms: 5_000 },
    hint: 'The card of this case is being posted at this moment; it is edited afterwards',
  })
}
