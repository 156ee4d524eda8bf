import { describe, expect, it } from 'vitest'
import { VendorError } from '../../../src/ops/errors.ts'
import type { ChatSurface, MessageRef, View } from '../../../src/ports/index.ts'
import { postChat } from '../../../src/skills/chat/post-chat.ts'
import { skillBench } from './bench.ts'

const view = (title: string): View => ({ tone: 'info', title, lines: [], fields: [], links: [] })

/** A chat that keeps what was posted; `next` says how the next posts fail. */
function chat(can: ChatSurface['can']) {
  const messages: { key: string; title: string }[] = []
  const next: ('refused' | 'lost' | 'broken')[] = []
  const refOf = (index: number): MessageRef => ({
    surface: 'chat',
    channel: 'c',
    message: can.edit ? `m${index}` : '',
  })
  const fail = (effect: 'none' | 'unknown') =>
    new VendorError({
      code: 'vendor_rate_limited',
      vendor: 'chat',
      retry: { when: 'backoff' },
      effect,
      hint: 'later',
    })
  const surface: ChatSurface = {
    name: 'chat',
    defaultChannel: 'c',
    can,
    async post({ title }, { key }) {
      const how = next.shift()
      if (how === 'refused') throw fail('none')
      if (how === 'broken') throw fail('unknown')
      messages.push({ key, title })
      if (how === 'lost') throw fail('unknown')
      return refOf(messages.length - 1)
    },
    async update({ message }, { title }) {
      const found = messages[Number(message.slice(1))]
      if (found) found.title = title
    },
    async find(_channel, key) {
      const index = messages.findIndex((one) => one.key === key)
      return index < 0 ? undefined : refOf(index)
    },
    check: async () => ({ ok: true, detail: 'here' }),
  }
  return { surface, next, titles: () => messages.map(({ title }) => title) }
}

const bot = () => chat({ edit: true, find: true })
const webhookAlone = () => chat({ edit: false, find: false })

describe('a card', () => {
  it('is one message, edited in place, however often it is posted', async () => {
    const { surface, titles } = bot()
    await using bench = await skillBench([postChat], { chats: [surface] })
    for (const title of ['opened', 'opened', 'claimed', 'solved'])
      await bench.act('post_chat', { card: 'case:1', view: view(title) }, { cause: title })
    expect(titles()).toEqual(['solved'])
  })

  it.each([
    ['the answer was lost', 'lost'],
    ['nothing left us', 'broken'],
    ['the chat said no for now', 'refused'],
  ] as const)('is posted once by a bot when %s', async (_, how) => {
    const { surface, next, titles } = bot()
    await using bench = await skillBench([postChat], { chats: [surface] })
    next.push(how)
    const post = () => bench.act('post_chat', { card: 'case:1', view: view('opened') })
    await expect(post()).rejects.toThrow('later')
    await post()
    expect(titles()).toEqual(['opened'])
  })

  it('by an incoming webhook alone is not repeated when its answer was lost: missing is better than twice', async () => {
    const { surface, next, titles } = webhookAlone()
    await using bench = await skillBench([postChat], { chats: [surface] })
    next.push('lost')
    const post = () => bench.act('post_chat', { card: 'case:1', view: view('opened') })
    await expect(post()).rejects.toThrow('later')
    await post()
    expect(titles()).toEqual(['opened'])
  })

  it('by an incoming webhook alone is posted after all when the chat had clearly refused it', async () => {
    const { surface, next, titles } = webhookAlone()
    await using bench = await skillBench([postChat], { chats: [surface] })
    next.push('refused')
    const post = () => bench.act('post_chat', { card: 'case:1', view: view('opened') })
    await expect(post()).rejects.toThrow('later')
    await post()
    expect(titles()).toEqual(['opened'])
  })

  it('by an incoming webhook alone tells later news even when an earlier one got lost', async () => {
    const { surface, next, titles } = webhookAlone()
    await using bench = await skillBench([postChat], { chats: [surface] })
    next.push('broken')
    await expect(
      bench.act('post_chat', { card: 'case:1', view: view('opened') }, { cause: 'a' }),
    ).rejects.toThrow()
    await bench.act('post_chat', { card: 'case:1', view: view('opened') }, { cause: 'a' })
    await bench.act('post_chat', { card: 'case:1', view: view('solved') }, { cause: 'b' })
    await bench.act('post_chat', { card: 'case:1', view: view('solved') }, { cause: 'b' })
    expect(titles()).toEqual(['solved'])
  })
})
