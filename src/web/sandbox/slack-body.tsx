import { Fragment, type ReactNode } from 'react'
import { list, record, text } from '../narrow.ts'
import { LinkOut } from '../parts/link-out.tsx'

/** Block Kit as far as our messages use it; anything else is shown by its plain text. */
export function SlackBody({ message }: { message: { text: string; body: Record<string, unknown> } }) {
  const blocks = list(message.body.blocks).map(record)
  if (blocks.length === 0) return <p dir="auto">{mrkdwn(message.text)}</p>
  return (
    <div className="slack">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no identity, and a message is drawn as a whole.
        <Block key={index} block={block} />
      ))}
    </div>
  )
}

function Block({ block }: { block: Record<string, unknown> }) {
  switch (block.type) {
    case 'header':
      return (
        <h4 dir="auto">
          <Text of={block.text} />
        </h4>
      )
    case 'section':
      return (
        <>
          {block.text !== undefined && (
            <p dir="auto">
              <Text of={block.text} />
            </p>
          )}
          {block.fields !== undefined && (
            <div className="slack-fields">
              {list(block.fields).map((field, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: fields stand in their order alone.
                <span key={index} dir="auto">
                  <Text of={field} />
                </span>
              ))}
            </div>
          )}
        </>
      )
    case 'context':
      return (
        <p className="faint">
          {list(block.elements).map((element, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: elements stand in their order alone.
            <Text key={index} of={element} />
          ))}
        </p>
      )
    case 'divider':
      return <hr />
    default:
      return null
  }
}

function Text({ of }: { of: unknown }) {
  const { type, text: said } = record(of)
  return <>{type === 'mrkdwn' ? mrkdwn(text(said) ?? '') : text(said)}</>
}

/** `<url|label>`, `*bold*` and the three escapes; the rest stays as it is. */
function mrkdwn(source: string): ReactNode[] {
  return source.split(/(<https?:[^>|]+(?:\|[^>]*)?>|\*[^*\n]+\*)/).map((part, index) => {
    const link = /^<([^>|]+)(?:\|([^>]*))?>$/.exec(part)
    const bold = /^\*([^*\n]+)\*$/.exec(part)
    const shown = link ? (
      <LinkOut href={unescaped(link[1] ?? '')}>{unescaped(link[2] ?? link[1] ?? '')}</LinkOut>
    ) : bold ? (
      <strong>{unescaped(bold[1] ?? '')}</strong>
    ) : (
      unescaped(part)
    )
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text stand in their order alone.
    return <Fragment key={index}>{shown}</Fragment>
  })
}

const unescaped = (said: string) =>
  said.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
