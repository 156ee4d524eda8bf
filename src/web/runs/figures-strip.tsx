import { api, type Figures } from '../api.ts'
import { duration } from '../format.ts'
import { useChanges } from '../live.ts'
import { useData } from '../use-data.ts'

const MINUTE_MS = 60_000

/** The desk in a few numbers, from our mirror of it. */
export function FiguresStrip() {
  const figures = useData('figures', api.figures)
  useChanges(figures.reload, ({ kind }) => kind === 'ticket')
  const { data } = figures
  if (!data) return null
  const missed = data.gaps.reduce((sum, gap) => sum + gap.missed, 0)
  return (
    <dl className="figures" aria-label="Figures of the desk">
      <Figure name="open tickets" value={String(data.open)} note={countsOf(data.byPriority)} />
      <Figure name="by state" value="" note={countsOf(data.byStatus)} />
      <Figure
        name="age of open"
        value=""
        note={`${data.byAge.under1d} today · ${data.byAge.under7d} this week · ${data.byAge.under30d + data.byAge.older} older`}
      />
      <Figure
        name="first reply"
        value={average(data.firstReplyMinutes)}
        note={over(data.firstReplyMinutes)}
      />
      <Figure name="resolution" value={average(data.resolutionMinutes)} note={over(data.resolutionMinutes)} />
      {missed > 0 && (
        <Figure
          name="webhooks missed"
          value={String(missed)}
          note={`${data.gaps.reduce((sum, gap) => sum + gap.recovered, 0)} recovered`}
        />
      )}
    </dl>
  )
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value && <strong>{value}</strong>} {note && <span className={value ? 'faint' : ''}>{note}</span>}
      </dd>
    </div>
  )
}

const countsOf = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([name, howMany]) => `${howMany} ${name}`)
    .join(' · ')

const over = ({ tickets }: Figures['firstReplyMinutes']) => (tickets > 0 ? `average of ${tickets}` : '')

const average = ({ average }: Figures['firstReplyMinutes']) =>
  average === null ? 'not known' : duration(average * MINUTE_MS)
