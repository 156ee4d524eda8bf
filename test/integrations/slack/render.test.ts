import { describe, expect, it } from 'vitest'
import { renderSlack } from '../../../integrations/slack/render.ts'
import type { View } from '../../../src/ports/index.ts'
import { expectDescribed } from '../../specs.ts'
import { HOSTILE, HUGE, view } from '../views.ts'

const textsOf = (message: unknown): { type: string; text: string; verbatim?: boolean; emoji?: boolean }[] => {
  if (Array.isArray(message)) return message.flatMap(textsOf)
  if (typeof message !== 'object' || message === null) return []
  const here = 'text' in message && typeof message.text === 'string' && 'type' in message ? [message] : []
  return [...(here as never[]), ...Object.values(message).flatMap(textsOf)]
}

describe('a view in Slack', () => {
  it('has the title as header, the story beneath, and the title first in the notification', () => {
    const message = renderSlack(
      view({
        tone: 'success',
        title: 'Trip for three',
        titleUrl: 'https://desk.example/t/1',
        lines: ['Booked.', 'He pays on arrival.'],
        fields: [{ label: 'Customer', value: 'Abhishek' }],
        links: [{ label: 'Run', url: 'https://hub.example/r?a=1&b=2' }],
        footer: 'updated 10:14 UTC',
      }),
    )
    expect(message.text).toBe('🟢 Trip for three\nBooked.\nHe pays on arrival.')
    expect(message.blocks).toMatchObject([
      { type: 'header', text: { text: '🟢 Trip for three' } },
      { text: { type: 'plain_text', text: 'Booked.\nHe pays on arrival.' } },
      { fields: [{ text: '*Customer*' }, { type: 'plain_text', text: 'Abhishek' }] },
      { text: { text: '<https://desk.example/t/1|Open>  ·  <https://hub.example/r?a=1&amp;b=2|Run>' } },
      { type: 'context', elements: [{ text: 'updated 10:14 UTC' }] },
    ])
  })

  it.each<[string, Partial<View>]>([
    ['title', { title: HOSTILE }],
    ['line', { lines: [HOSTILE] }],
    ['field', { fields: [{ label: HOSTILE, value: HOSTILE }] }],
    ['link label', { links: [{ label: HOSTILE, url: 'https://hub.example' }] }],
    ['footer', { footer: HOSTILE }],
  ])('cannot be made to mention or link by what a customer puts into its %s', (_where, fields) => {
    const message = renderSlack(view(fields))
    expect(JSON.stringify(message)).not.toMatch(/<[!@#]|(?<!\w)@(channel|here|everyone)/)
    expect(message.text).not.toMatch(/<(?!https:\/\/hub\.example)/)
    for (const text of textsOf(message)) {
      if (text.type === 'plain_text') expect(text.emoji).toBe(false)
      else {
        expect(text.verbatim).toBe(true)
        expect(text.text.replace(/^<https:\/\/hub\.example\/\|[^<>|]*>$/, '')).not.toMatch(/[<>]/)
      }
    }
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'slack://channel?id=C1', 'not a url', ''])(
    'shows the label alone where the address is %j',
    (url) => {
      const message = renderSlack(view({ links: [{ label: 'Run', url }] }))
      expect(message.blocks.slice(1)).toMatchObject([{ text: { text: 'Run' } }])
    },
  )

  it('does not let an address break out of its link', () => {
    const url = 'https://hub.example/a|b>c<!channel>'
    const message = renderSlack(view({ titleUrl: url }))
    expect(message.blocks.slice(1)).toMatchObject([
      { text: { text: '<https://hub.example/a%7Cb%3Ec%3C!channel%3E|Open>' } },
    ])
  })

  it('leaves an e-mail address and a value as they can be copied', () => {
    const value = 'jo_here@here.com & *co*'
    const message = renderSlack(view({ fields: [{ label: 'E-mail', value }] }))
    expect(textsOf(message).map(({ text }) => text)).toContain(value)
  })

  it('stays within every size that Slack has, however much there is to say', async () => {
    const { text, blocks } = renderSlack(HUGE)
    expect(text.length).toBeLessThanOrEqual(3000)
    expect(blocks.length).toBeLessThanOrEqual(50)
    for (const block of blocks) {
      if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(150)
      if (block.type !== 'section') continue
      expect(block.text?.text.length ?? 1).toBeLessThanOrEqual(3000)
      expect(block.fields?.length ?? 1).toBeLessThanOrEqual(10)
      for (const field of block.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2000)
    }
    for (const { text: each } of textsOf(blocks)) {
      expect(each.length).toBeGreaterThan(0)
      expect(each.isWellFormed()).toBe(true)
    }
    await expectDescribed('slack', {
      method: 'POST',
      url: 'https://slack.com/api/chat.postMessage',
      body: { channel: 'C1', text, blocks },
    })
  })

  it('never sends an empty text, which Slack refuses', () => {
    const message = renderSlack(
      view({ title: ' ', lines: ['', ' '], fields: [{ label: '', value: '' }], footer: ' ' }),
    )
    expect(textsOf(message).filter(({ text }) => !text.trim())).toEqual([])
    expect(message.text.trim()).not.toBe('')
  })
})
