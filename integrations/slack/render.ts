import type { KnownBlock } from '@slack/types'
import type { Tone, View } from '../../src/ports/index.ts'

/** What chat.postMessage, chat.update and an incoming webhook all take. */
export type SlackMessage = { text: string; blocks: KnownBlock[] }

// Sizes: npm @slack/types 3.2.0 `dist/block-kit/*.d.ts`. Counted in UTF-16 units, never less than Slack counts.
const HEADER_MAX = 150
const SECTION_MAX = 3000
const FIELD_MAX = 2000
/** Ten fields to a section, two for each pair. */
const PAIRS_PER_SECTION = 5
/** Keeps a message well under its 50 blocks and within what a person reads. */
const MAX_TEXT_SECTIONS = 6
const MAX_FIELD_SECTIONS = 6
const FALLBACK_MAX = 3000
const LABEL_MAX = 150
const URL_MAX = 2000

/**
 * The tone as a mark before the title. A colour bar would need a secondary attachment, which Slack calls legacy,
 * folds away when long, and types as an alternative to blocks (`ChatPostMessageArguments`).
 */
const MARKS: Record<Tone, string> = { success: '🟢', danger: '🔴', warning: '🟠', info: '🔵', neutral: '⚪' }

/**
 * Renders a view as Block Kit. What comes from the view stands in `plain_text`, which Slack never reads as markup,
 * or is escaped; so no customer can mention, link or format. `text` is what a notification and a screen reader get.
 */
export function renderSlack(view: View): SlackMessage {
  const title = `${MARKS[view.tone]} ${view.title.trim() || '(no title)'}`
  return {
    text: escapeMrkdwn([title, ...view.lines].join('\n').trim(), FALLBACK_MAX),
    blocks: [
      { type: 'header', text: plain(title, HEADER_MAX) },
      ...lineBlocks(view.lines),
      ...fieldBlocks(view),
      ...linkBlocks(view),
      ...footerBlocks(view),
    ],
  }
}

function linkBlocks({ titleUrl, links }: View): KnownBlock[] {
  const all = titleUrl ? [{ label: 'Open', url: titleUrl }, ...links] : links
  let text = ''
  for (const { label, url } of all) {
    const piece = `${text ? '  ·  ' : ''}${mrkdwnLink(label, url)}`
    if (text.length + piece.length > SECTION_MAX) break
    text += piece
  }
  return text ? [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }] : []
}

function lineBlocks(lines: string[]): KnownBlock[] {
  const texts = chunkLines(lines.map(neutralise).filter((line) => line.trim()))
  return texts.map((text) => ({ type: 'section', text: { type: 'plain_text', text, emoji: false } }))
}

/** Whole lines together as far as they fit, so that a long story does not use up the blocks. */
function chunkLines(lines: string[]): string[] {
  const texts: string[] = []
  for (const line of lines.map((line) => clip(line, SECTION_MAX))) {
    const last = texts.at(-1)
    if (last !== undefined && last.length + 1 + line.length <= SECTION_MAX) {
      texts[texts.length - 1] = `${last}\n${line}`
    } else if (texts.length < MAX_TEXT_SECTIONS) {
      texts.push(line)
    } else {
      texts[texts.length - 1] = `${clip(last ?? '', SECTION_MAX - 2)}\n…`
      break
    }
  }
  return texts
}

/** Label left in bold, value right as plain text: copied values stay exactly what they were. */
function fieldBlocks({ fields }: View): KnownBlock[] {
  const cells = fields
    .slice(0, PAIRS_PER_SECTION * MAX_FIELD_SECTIONS)
    .map(({ label, value }) => [
      { type: 'mrkdwn' as const, text: `*${escapeMrkdwn(label.trim() || '·', LABEL_MAX)}*`, verbatim: true },
      plain(value.trim() || '-', FIELD_MAX),
    ])
  const blocks: KnownBlock[] = []
  for (let at = 0; at < cells.length; at += PAIRS_PER_SECTION) {
    blocks.push({ type: 'section', fields: cells.slice(at, at + PAIRS_PER_SECTION).flat() })
  }
  return blocks
}

function footerBlocks({ footer }: View): KnownBlock[] {
  if (!footer?.trim()) return []
  return [{ type: 'context', elements: [plain(footer, FIELD_MAX)] }]
}

function plain(text: string, max: number) {
  return { type: 'plain_text' as const, text: clip(neutralise(text), max), emoji: false }
}

/** `<url|label>`; a label alone where the address is not one a browser should open. */
function mrkdwnLink(label: string, url: string): string {
  const text = escapeMrkdwn(label.trim() || url, LABEL_MAX)
    .replaceAll('|', '¦')
    .replaceAll('\n', ' ')
  const href = safeUrl(url)
  return href ? `<${href}|${text}>` : text
}

function safeUrl(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, href } = new URL(url)
  if (!['https:', 'http:', 'mailto:'].includes(protocol) || href.length > URL_MAX) return undefined
  return href.replaceAll('&', '&amp;').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('|', '%7C')
}

/**
 * Slack reads only these three characters as markup's (docs.slack.dev, "Formatting message text"); cut to `max`
 * before escaping would cut too late, so the cut grows until the escaped text fits.
 */
function escapeMrkdwn(text: string, max: number): string {
  let raw = clip(neutralise(text), max)
  while (escaped(raw).length > max) raw = clip(raw, Math.floor(raw.length * 0.9))
  return escaped(raw)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/**
 * Takes the force out of mentions with an invisible joiner: `<!channel>`, `<@U1>`, `<#C1>`, and `@here` for clients
 * and settings that link names. An e-mail address stays as it is.
 */
function neutralise(text: string): string {
  return text
    .replace(/<(?=[!@#])/g, '<\u2060')
    .replace(/(?<![\p{L}\p{N}._%+-])@(?=(?:channel|here|everyone|group)\b)/giu, '@\u2060')
}

/** At most `max` UTF-16 units, never half a character. */
function clip(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max - 1)
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
