import { Fragment, type ReactNode } from 'react'
import { list, number, record, text } from '../narrow.ts'
import { LinkOut } from '../parts/link-out.tsx'

/** Content and embeds, as far as our messages use them. */
export function DiscordBody({ message }: { message: { text: string; body: Record<string, unknown> } }) {
  const embeds = list(message.body.embeds).map(record)
  return (
    <div className="discord">
      <p dir="auto">{markdown(text(message.body.content) ?? (embeds.length > 0 ? '' : message.text))}</p>
      {embeds.map((embed, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: embeds stand in their order alone.
        <Embed key={index} embed={embed} />
      ))}
    </div>
  )
}

function Embed({ embed }: { embed: Record<string, unknown> }) {
  const color = `#${(number(embed.color) ?? 0x9a9a9a).toString(16).padStart(6, '0')}`
  return (
    <div className="embed" style={{ borderInlineStartColor: color }}>
      {text(embed.title) && <strong dir="auto">{markdown(text(embed.title) ?? '')}</strong>}
      <p className="said" dir="auto">
        {markdown(text(embed.description) ?? '')}
      </p>
      <dl className="facts">
        {list(embed.fields)
          .map(record)
          .map((field) => (
            <div key={text(field.name)}>
              <dt dir="auto">{markdown(text(field.name) ?? '')}</dt>
              <dd dir="auto">{markdown(text(field.value) ?? '')}</dd>
            </div>
          ))}
      </dl>
      <p className="faint">{text(record(embed.footer).text)}</p>
    </div>
  )
}

/** `[label](<url>)`, `**bold**` and backslashes; the rest stays as it is. */
function markdown(source: string): ReactNode[] {
  return source
    .split(/((?<!\\)\[(?:\\.|[^\]\\])*\]\(<?https?:[^)>]+>?\)|(?<!\\)\*\*(?:\\.|[^*\\])+\*\*)/)
    .map((part, index) => {
      const link = /^\[((?:\\.|[^\]\\])*)\]\(<?([^)>]+)>?\)$/.exec(part)
      const bold = /^\*\*((?:\\.|[^*\\])+)\*\*$/.exec(part)
      const shown = link ? (
        <LinkOut href={link[2] ?? ''}>{unescaped(link[1] ?? '')}</LinkOut>
      ) : bold ? (
        <strong>{unescaped(bold[1] ?? '')}</strong>
      ) : (
        unescaped(part)
      )
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text stand in their order alone.
      return <Fragment key={index}>{shown}</Fragment>
    })
}

const unescaped = (said: string) => said.replace(/\\([^\p{L}\p{N}\s])/gu, '$1')
