import type { APIAllowedMentions, APIEmbed } from 'discord-api-types/v10'
import type { Tone, View } from '../../src/ports/index.ts'

/** What creating, executing a webhook and editing all take. */
export type DiscordMessage = { content: string; embeds: APIEmbed[]; allowed_mentions: APIAllowedMentions }

// Sizes: discord/discord-api-docs `developers/resources/message.mdx`, "Embed Limits". Counted in UTF-16 units.
const TITLE_MAX = 256
const DESCRIPTION_MAX = 4096
const MAX_FIELDS = 25
const FIELD_NAME_MAX = 256
const FIELD_VALUE_MAX = 1024
/** Discord takes 2048; small print stays small, and the `ref` behind it is never cut. */
const FOOTER_MAX = 500
/** Over title, description, fields and footer of all embeds together. */
const EMBED_TOTAL_MAX = 6000
const LABEL_MAX = 100
const URL_MAX = 512
/** A value up to this long shares its row with its neighbours. */
const INLINE_MAX = 40

const COLORS: Record<Tone, number> = {
  success: 0x2eb67d,
  danger: 0xe01e5a,
  warning: 0xecb22e,
  info: 0x36c5f0,
  neutral: 0x9a9a9a,
}

/**
 * Renders a view: the title as content, which is what a notification shows, the rest as an embed in the tone's
 * colour. All text of the view is escaped and nobody is ever mentioned.
 * `ref` goes into the footer, for `find`: Discord has no hidden place for a mark.
 */
export function renderDiscord(view: View, ref?: string): DiscordMessage {
  return {
    content: `**${escapeMarkdown(view.title.trim() || '(no title)', TITLE_MAX)}**`,
    embeds: embedOf(view, ref),
    allowed_mentions: { parse: [] },
  }
}

function embedOf(view: View, ref: string | undefined): APIEmbed[] {
  let left = EMBED_TOTAL_MAX
  const spend = (text: string) => {
    left -= text.length
    return text
  }
  const footer = spend(
    [clip(neutralise(view.footer?.trim() ?? ''), FOOTER_MAX), ref && refText(ref)]
      .filter(Boolean)
      .join(' · '),
  )
  const description = spend(descriptionOf(view, Math.min(DESCRIPTION_MAX, left)))
  const fields = view.fields.slice(0, MAX_FIELDS).flatMap(({ label, value }) => {
    const name = escapeMarkdown(label.trim() || '·', FIELD_NAME_MAX)
    const room = Math.min(FIELD_VALUE_MAX, left - name.length)
    if (room < 2) return []
    spend(name)
    const text = spend(escapeMarkdown(value.trim() || '-', room))
    return [{ name, value: text, inline: value.length <= INLINE_MAX }]
  })
  if (!footer && !description && !fields.length) return []
  return [
    {
      color: COLORS[view.tone],
      ...(description && { description }),
      ...(fields.length && { fields }),
      ...(footer && { footer: { text: footer } }),
    },
  ]
}

/** How `find` knows a message of ours: this text ends its footer. */
export function refText(ref: string): string {
  return `ref ${ref}`
}

/** Links first: they must survive a story that is too long. */
function descriptionOf({ titleUrl, links, lines }: View, max: number): string {
  const all = titleUrl ? [{ label: 'Open', url: titleUrl }, ...links] : links
  let head = ''
  for (const { label, url } of all) {
    const piece = `${head ? ' · ' : ''}${maskedLink(label, url)}`
    if (head.length + piece.length < max) head += piece
  }
  const body = escapeMarkdown(lines.join('\n').trim(), max - head.length - 1)
  return head && body ? `${head}\n${body}` : head || body
}

/** `[label](<url>)`; a label alone where the address is not one a browser should open. */
function maskedLink(label: string, url: string): string {
  const text = escapeMarkdown(label.trim() || 'link', LABEL_MAX).replaceAll('\n', ' ')
  const href = safeUrl(url)
  return href ? `[${text}](<${href}>)` : text
}

function safeUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, href } = new URL(url)
  if (!['https:', 'http:'].includes(protocol) || href.length > URL_MAX) return undefined
  return href.replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll(')', '%29').replaceAll('(', '%28')
}

/**
 * Puts a backslash before what Discord reads as markdown, a mention, a timestamp or an emoji (`<…>`), a link
 * (`[`, and the colon of `https://`, so that a customer's address does not become clickable), and before what
 * starts a heading, a list or a quote.
 */
export function escapeMarkdown(text: string, max: number): string {
  const escaped = neutralise(text)
    .replace(/[\\*_~`|<>[\]()]/g, '\\$&')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/^(\s*)([#-])/gm, '$1\\$2')
  const cut = clip(escaped, max)
  // An odd number of backslashes before the cut would escape the ellipsis instead.
  return cut === escaped ? cut : cut.replace(/\\+(?=…$)/, (run) => run.slice(run.length % 2))
}

/** `allowed_mentions` keeps everyone asleep; this keeps it from looking like a mention. */
function neutralise(text: string): string {
  return text.replace(/(?<![\p{L}\p{N}._%+-])@(?=(?:everyone|here)\b)/giu, '@\u2060')
}

/** At most `max` UTF-16 units, never half a character. */
function clip(text: string, max: number): string {
  if (text.length <= max) return text
  if (max < 1) return ''
  const cut = text.slice(0, max - 1)
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
