import { words } from '../format.ts'
import { record, text } from '../narrow.ts'

/** Data as people read it: names left, values right, text as it was written and never as markup. */
export function Json({ value, depth = 0 }: { value: unknown; depth?: number }) {
  if (value === null || value === undefined) return <span className="faint">none</span>
  if (typeof value === 'string') return <Text value={value} />
  if (typeof value !== 'object') return <span className="mono">{String(value)}</span>
  const entries = Object.entries(value)
  if (entries.length === 0) return <span className="faint">{Array.isArray(value) ? 'none' : 'empty'}</span>
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) {
    return (
      <ul className="json-list">
        {entries.map(([index, one]) => (
          <li key={index}>
            <Json value={one} />
          </li>
        ))}
      </ul>
    )
  }
  const rows = (
    <dl className="json">
      {entries.map(([name, one]) => (
        <div key={name}>
          <dt>{Array.isArray(value) ? Number(name) + 1 : words(name)}</dt>
          <dd>
            <Json value={one} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  )
  if (depth < 1 || JSON.stringify(value).length < 200) return rows
  return (
    <details>
      <summary>{summaryOf(value)}</summary>
      {rows}
    </details>
  )
}

/** A title or name says more than the list of what is inside. */
function summaryOf(value: object): string {
  if (Array.isArray(value)) return `${value.length} entries`
  const { title, name } = record(value)
  return text(title) ?? text(name) ?? Object.keys(value).map(words).join(', ')
}

const LONG = 400

function Text({ value }: { value: string }) {
  if (value === '') return <span className="faint">empty</span>
  if (value.length < LONG) {
    return (
      <span className="said" dir="auto">
        {value}
      </span>
    )
  }
  return (
    <details>
      <summary dir="auto">{value.slice(0, 120)}…</summary>
      <div className="said" dir="auto">
        {value}
      </div>
    </details>
  )
}
