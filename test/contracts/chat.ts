import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChatSurface } from '../../src/ports/index.ts'
import type { Fault } from '../../src/sandbox/standin.ts'
import { HOSTILE, view } from '../integrations/views.ts'

/** A surface and the room it posts to, looked at from the other side. */
export type ChatUnderTest = {
  chat: ChatSurface
  /** Where to post: what the surface calls its default channel, unless the vendor wants an id. */
  channel: string
  /** Everything that stands in the room, oldest first: the words of each message, and all of it as JSON. */
  room(): { words: string; json: string }[]
  /** The next post is met by this. */
  next(kind: Fault['kind']): void
  dispose(): Promise<void>
}

/** What every ChatSurface must do. `connect` makes an empty room. */
export function chatContract(name: string, connect: () => Promise<ChatUnderTest>) {
  describe(`${name} as a chat surface`, () => {
    let made: ChatUnderTest
    beforeEach(async () => {
      made = await connect()
    })
    afterEach(() => made.dispose())

    const post = (fields: Parameters<typeof view>[0], key = 'case-1', thread?: string) =>
      made.chat.post(view(fields), { channel: made.channel, key, ...(thread && { thread }) })
    const words = () => made.room().map((message) => message.words)

    it('shows a card with all that it says', async () => {
      await post({
        title: 'Gebucht: Reise für drei 🙂',
        lines: ['Er zahlt bei Ankunft.'],
        fields: [{ label: 'Kunde', value: 'Abhishek' }],
        footer: 'updated 10:14 UTC',
      })
      expect(words()).toHaveLength(1)
      for (const part of [
        'Gebucht: Reise für drei 🙂',
        'zahlt bei Ankunft',
        'Kunde',
        'Abhishek',
        'updated 10:14 UTC',
      ]) {
        expect(words()[0]).toContain(part)
      }
    })

    it('edits a card in place, where it can', async () => {
      const ref = await post({ title: 'Waiting', lines: ['a person must look'] })
      await post({ title: 'Another case' }, 'case-2')
      const edited = made.chat.update(ref, view({ title: 'Closed', lines: [] }))
      if (!made.chat.can.edit) return expect(edited).rejects.toMatchObject({ name: 'VendorError' })
      await edited
      expect(words()).toHaveLength(2)
      expect(words()[0]).toContain('Closed')
      expect(words()[0]).not.toMatch(/Waiting|must look/)
      expect(words()[1]).toContain('Another case')
    })

    it('finds what was posted under a key and nothing else, where it can', async () => {
      const ref = await post({ title: 'One' }, 'case-1')
      const other = await post({ title: 'Ten' }, 'case-10')
      const found = await made.chat.find(made.channel, 'case-1')
      if (!made.chat.can.find) return expect(found).toBeUndefined()
      expect(found).toEqual(ref)
      expect(await made.chat.find(made.channel, 'case-10')).toEqual(other)
      expect(await made.chat.find(made.channel, 'case-2')).toBeUndefined()
    })

    it('finds what was posted to a thread there, where it can', async () => {
      if (!made.chat.can.find) return
      const parent = await post({ title: 'Case' })
      const reply = await post({ title: 'Called at 10:14' }, 'case-1:call', parent.message)
      expect(await made.chat.find(made.channel, 'case-1:call', parent.message)).toEqual(reply)
      expect(await made.chat.find(made.channel, 'case-1:mail', parent.message)).toBeUndefined()
      await made.chat.update(reply, view({ title: 'Called at 10:20' }))
      expect(words().join()).toContain('10:20')
    })

    it('says that it cannot know when the answer to a post got lost, and then finds it, where it can', async () => {
      made.next('timeout_after_effect')
      await expect(post({ title: 'Lost' })).rejects.toMatchObject({
        name: 'VendorError',
        code: 'vendor_unavailable',
        effect: 'unknown',
      })
      expect(words()).toHaveLength(1)
      if (made.chat.can.find) expect(await made.chat.find(made.channel, 'case-1')).toBeDefined()
    })

    it('passes on how long to wait, and posts nothing meanwhile', async () => {
      made.next({ status: 429, retryAfterS: 7 })
      const error = await post({ title: 'Busy' }).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'vendor_rate_limited', retry: { when: 'after' }, effect: 'none' })
      const { retry } = error as { retry: { ms: number } }
      expect(retry.ms).toBeGreaterThanOrEqual(7000)
      expect(retry.ms).toBeLessThan(9000)
      expect(words()).toEqual([])
    })

    it.each([
      [401, { code: 'vendor_auth', retry: { when: 'never' }, effect: 'none' }],
      [500, { code: 'vendor_unavailable', retry: { when: 'backoff' }, effect: 'unknown' }],
    ])('turns a %d into %j', async (status, expected) => {
      made.next({ status })
      await expect(post({})).rejects.toMatchObject({ name: 'VendorError', ...expected })
    })

    it('lets no customer mention anybody', async () => {
      await post({ title: HOSTILE, lines: [HOSTILE], fields: [{ label: 'Said', value: HOSTILE }] })
      const mention = /(?<![\\\w])(?:<[!@#]|<(?:@&|a?:\w+:|t:)\d|@(?:channel|here|everyone)\b)/
      expect(made.room()[0]?.json.replaceAll('\\\\', '\\')).not.toMatch(mention)
    })

    it('says that it is well, and posts nothing to find out', async () => {
      expect(await made.chat.check()).toMatchObject({ ok: true })
      expect(words()).toEqual([])
    })
  })
}
