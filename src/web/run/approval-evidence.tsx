import type { Run } from '../api.ts'
import { list, record, text } from '../narrow.ts'
import { Said } from '../parts/notes.tsx'
import { link } from '../router.ts'

const SHOWN_QUOTES = 6

/** The passages that a draft rests on. */
export function Sources({ run, citations }: { run: Run; citations: unknown[] }) {
  if (citations.length === 0) return null
  const chunks = list(record(run.profile?.sources).chunks).map(record)
  return (
    <div className="sources">
      <h3>Sources</h3>
      <ol>
        {citations.map(record).map((citation) => {
          const chunk = chunks.find((one) => one.chunk_id === citation.chunk_id)
          return (
            <li key={text(citation.chunk_id)}>
              <details>
                <summary dir="auto">{text(citation.title)}</summary>
                <Said>{text(chunk?.text) ?? 'The passage is not among those of the latest profile.'}</Said>
              </details>
            </li>
          )
        })}
      </ol>
    </div>
  )
}

/** What a reviewer holds the draft against: the customer's own words, as far as the profile has them. */
export function Known({ run }: { run: Run }) {
  const profile = record(run.profile?.profile)
  const claims = ['constraints', 'open_wishes', 'past_friction', 'promises'].flatMap((section) =>
    list(profile[section]).map((claim) => text(record(record(claim).evidence).quote) ?? ''),
  )
  const quotes = [...new Set(claims)].slice(0, SHOWN_QUOTES)
  if (quotes.length === 0) return null
  return (
    <div className="sources">
      <h3>
        They wrote (<a href={link.run(run.flow.id, 'profile')}>whole profile</a>)
      </h3>
      {quotes.map((quote) => (
        <blockquote key={quote} dir="auto">
          {quote}
        </blockquote>
      ))}
    </div>
  )
}
