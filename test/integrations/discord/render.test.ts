import { describe, expect, it } from 'vitest'
import { escapeMarkdown, renderDiscord } from '../../../integrations/discord/render.ts'
import type { View } from '../../../src/ports/index.ts'
import { expectDescribed } from '../../specs.ts'
import { HOSTILE, HUGE, view } from '../views.ts'

describe('a view in Discord', () => {
  it('shows its title as content and the rest as an embed in the tone of the case', () => {
    const message = renderDiscord(
      view({
        tone: 'danger',
        title: 'Escalated',
        titleUrl: 'https://desk.example/t/1',
        lines: ['No phone number.', 'Second mail unanswered.'],
        fields: [{ label: 'Customer', value: 'Abhishek' }],
        links: [{ label: 'Run', url: 'https://hub.example/r?a=1&b=2' }],
        footer: 'updated 10:14 UTC',
      }),
      'a1b2',
    )
    expect(message).toEqual({
      content: '**Escalated**',
      embeds: [
        {
          color: 0xe01e5a,
          description:
            '[Open](<https://desk.example/t/1>) · [Run](<https://hub.example/r?a=1&b=2>)\nNo phone number.\nSecond mail unanswered.',
          fields: [{ name: 'Customer', value: 'Abhishek', inline: true }],
          footer: { text: 'updated 10:14 UTC · ref a1b2' },
        },
      ],
      allowed_mentions: { parse: [] },
    })
  })

  it.each<[string, Partial<View>]>([
    ['title', { title: HOSTILE }],
    ['line', { lines: [HOSTILE] }],
    ['field', { fields: [{ label: HOSTILE, value: HOSTILE }] }],
    ['link label', { links: [{ label: HOSTILE, url: 'https://hub.example' }] }],
  ])('cannot be made to mention, link or format by what a customer puts into its %s', (_where, fields) => {
    const { content, embeds, allowed_mentions } = renderDiscord(view(fields))
    expect(allowed_mentions).toEqual({ parse: [] })
    const texts = [content.slice(2, -2), embeds[0]?.description ?? '']
    for (const { name, value } of embeds[0]?.fields ?? []) texts.push(name, value)
    for (const text of texts) {
      const ours = text.replace(/^\[(.*)\]\(<https:\/\/hub\.example\/>\)$/, '$1')
      expect(ours).not.toMatch(/(?<!\\)[<>[\]()*_`~|]|(?<!\\):\/\/|(?<!\w)@(everyone|here)/)
    }
  })

  it.each([
    ['# Heading', '\\# Heading'],
    ['  - item', '  \\- item'],
    ['> quote', '\\> quote'],
    ['a_b@c.de', 'a\\_b@c.de'],
    ['C:\\temp', 'C:\\\\temp'],
    ['<t:1:R>', '\\<t:1:R\\>'],
  ])('writes %j as text', (raw, escaped) => {
    expect(escapeMarkdown(raw, 100)).toBe(escaped)
  })

  it('does not cut inside an escape, which would free what follows', () => {
    for (let max = 2; max < 12; max += 1) {
      const cut = escapeMarkdown('\\*\\*\\*\\*\\*', max)
      expect(cut.length).toBeLessThanOrEqual(max)
      expect(cut.replaceAll(/\\[\\*]/g, '')).toMatch(/^…?$/)
    }
  })

  it.each(['javascript:alert(1)', 'data:text/html,x', 'discord://x', 'nothing'])(
    'shows the label alone where the address is %j',
    (url) => {
      expect(renderDiscord(view({ links: [{ label: 'Run', url }] })).embeds[0]?.description).toBe('Run')
    },
  )

  it('does not let an address break out of its link', () => {
    const { embeds } = renderDiscord(view({ titleUrl: 'https://hub.example/a>)[x](<b' }))
    expect(embeds[0]?.description).toBe('[Open](<https://hub.example/a%3E%29[x]%28%3Cb>)')
  })

  it('stays within every size that Discord has, however much there is to say', async () => {
    const message = renderDiscord(HUGE, 'a1b2c3')
    const [embed] = message.embeds
    const fields = embed?.fields ?? []
    const total = [embed?.description, embed?.footer?.text, ...fields.flatMap((f) => [f.name, f.value])]
    expect(total.join('').length).toBeLessThanOrEqual(6000)
    expect(message.content.length).toBeLessThanOrEqual(2000)
    expect(embed?.description?.length).toBeLessThanOrEqual(4096)
    expect(embed?.footer?.text.length).toBeLessThanOrEqual(2048)
    expect(embed?.footer?.text).toMatch(/ref a1b2c3$/)
    expect(fields.length).toBeLessThanOrEqual(25)
    for (const { name, value } of fields) {
      expect(name.length).toBeLessThanOrEqual(256)
      expect(value.length).toBeLessThanOrEqual(1024)
    }
    expect(total.every((text) => text?.isWellFormed())).toBe(true)
    await expectDescribed('discord', { method: 'POST', path: '/api/v10/channels/1/messages', body: message })
  })

  it('sends no embed where there is nothing in it', () => {
    expect(renderDiscord(view({ lines: [''] })).embeds).toEqual([])
  })
})
