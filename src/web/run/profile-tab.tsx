import type { Profile } from '../../outreach/profile.ts'
import type { Run } from '../api.ts'
import { count, dateOf, words } from '../format.ts'
import { type Json, list, record, text, texts } from '../narrow.ts'
import { Empty, Said } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'

type ClaimSection = 'constraints' | 'open_wishes' | 'past_friction' | 'tone' | 'promises'
const SECTIONS: [ClaimSection & keyof Profile, string][] = [
  ['constraints', 'Constraints'],
  ['open_wishes', 'Open wishes'],
  ['past_friction', 'Past friction'],
  ['promises', 'Promises made'],
  ['tone', 'Tone'],
]

/** What is known of the customer, each claim with the words it rests on. */
export function ProfileTab({ run }: { run: Run }) {
  const { profile: row, customer } = run
  if (!row) return <Empty>The customer has not been profiled yet.</Empty>
  const profile = record(row.profile)
  const removed = list(record(row.changes).removed).map(record)
  const added = new Set(list(record(row.changes).added).map(record).map(textKey))
  const hadOneBefore = removed.length > 0 || list(record(row.changes).added).length < itemsIn(profile).size
  const fresh = new Set(
    SECTIONS.flatMap(([section]) =>
      list(profile[section])
        .map(record)
        .filter((claim) => added.has(textKey({ section, text: claim.text })))
        .map((claim) => evidenceKey(section, claim)),
    ),
  )
  const sources = record(row.sources)
  return (
    <>
      <p className="faint">
        Made <Time at={row.created_at} /> from {count(list(sources.tickets).length, 'ticket')} and{' '}
        {count(list(sources.chunks).length, 'passage')} of the knowledge base
        {customer?.time_zone && <> · their zone {customer.time_zone}</>}
        {text(profile.language) && <> · writes in {text(profile.language)}</>}
        {hadOneBefore ? (
          <> · {count(added.size + removed.length, 'change')} since the last</>
        ) : (
          <> · the first one</>
        )}
      </p>
      <div className="columns">
        {SECTIONS.map(([section, title]) => (
          <Claims
            key={section}
            title={title}
            claims={list(profile[section]).map(record)}
            isNew={(claim) => hadOneBefore && fresh.has(evidenceKey(section, claim))}
          />
        ))}
        <Panel title="Still missing">
          {texts(profile.missing).length === 0 ? (
            <Empty>Nothing must be asked.</Empty>
          ) : (
            <ul className="plain">
              {texts(profile.missing).map((question) => (
                <li key={question} dir="auto">
                  {question}{' '}
                  {hadOneBefore && added.has(textKey({ section: 'missing', text: question })) && <New />}
                </li>
              ))}
            </ul>
          )}
        </Panel>
      </div>
      <Recommendations
        items={list(profile.recommendations).map(record)}
        chunks={list(sources.chunks).map(record)}
      />
      <Dropped items={list(row.dropped).map(record)} />
      {removed.length > 0 && (
        <Panel title="Gone since the last profile">
          <ul className="plain">
            {removed.map((change) => (
              <li key={`${text(change.section)}${text(change.text)}`}>
                <span className="faint">{words(text(change.section) ?? '')}:</span>{' '}
                <s dir="auto">{text(change.text)}</s>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  )
}

const textKey = (change: Json) => `${text(change.section)}\n${text(change.text)}`

/** As the hub tells claims apart: what they rest on, not how they are worded. */
function evidenceKey(section: string, claim: Json): string {
  const { ticket, comment, quote } = record(claim.evidence)
  return [section, text(ticket), text(comment), text(quote)].join('\n')
}

const itemsIn = (profile: Json) =>
  new Set([
    ...SECTIONS.flatMap(([section]) =>
      list(profile[section]).map((claim) => evidenceKey(section, record(claim))),
    ),
    ...texts(profile.missing).map((question) => `missing\n${question}`),
    ...list(profile.recommendations).map((one) => `recommendations\n${text(record(one).chunk_id)}`),
  ])

const New = () => <span className="badge">new</span>

function Claims(props: { title: string; claims: Json[]; isNew: (claim: Json) => boolean }) {
  return (
    <Panel title={props.title}>
      {props.claims.length === 0 ? (
        <Empty>Nothing found.</Empty>
      ) : (
        <ul className="claims">
          {props.claims.map((claim) => {
            const evidence = record(claim.evidence)
            const said = text(claim.text) ?? ''
            return (
              <li key={`${said}${text(evidence.comment)}`}>
                <span dir="auto">{said}</span> {props.isNew(claim) && <New />}
                <blockquote dir="auto">{text(evidence.quote)}</blockquote>
                <cite>
                  {text(evidence.ticket)}, comment {text(evidence.comment)},{' '}
                  {dateOf(Date.parse(text(evidence.date) ?? ''))}
                </cite>
              </li>
            )
          })}
        </ul>
      )}
    </Panel>
  )
}

function Recommendations({ items, chunks }: { items: Json[]; chunks: Json[] }) {
  return (
    <Panel title="Recommended">
      {items.length === 0 ? (
        <Empty>Nothing in the knowledge base suited.</Empty>
      ) : (
        <ul className="claims">
          {items.map((item) => {
            const chunk = record(chunks.find((one) => one.chunk_id === item.chunk_id))
            const headings = texts(chunk.headings)
            return (
              <li key={`${text(item.chunk_id)}${text(item.text)}`}>
                <strong dir="auto">{text(item.text)}</strong> <span dir="auto">{text(item.reason)}</span>
                <details>
                  <summary>
                    Cited:{' '}
                    <span dir="auto">{[text(chunk.title), ...headings].filter(Boolean).join(' › ')}</span>
                  </summary>
                  <Said>{text(chunk.text) ?? ''}</Said>
                </details>
              </li>
            )
          })}
        </ul>
      )}
    </Panel>
  )
}

function Dropped({ items }: { items: Json[] }) {
  if (items.length === 0) {
    return <p className="faint">✓ Nothing that the model claimed had to be dropped.</p>
  }
  return (
    <Panel title={`Dropped: could not be shown to be so (${items.length})`}>
      <ul className="plain">
        {items.map((item) => (
          <li key={`${text(item.section)}${text(item.text)}${text(item.why)}`}>
            <span className="faint">{words(text(item.section) ?? '')}:</span>{' '}
            <s dir="auto">{text(item.text)}</s>{' '}
            <span className="faint" dir="auto">
              {text(item.why)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
