import { list, record, text } from '../narrow.ts'

/** Parameters that were put right: what was given, and what it became. */
export function Repairs({ repairs }: { repairs: unknown }) {
  const all = list(repairs).map(record)
  if (all.length === 0) return null
  return (
    <div className="repairs">
      <h3>Put right</h3>
      <ul className="diff">
        {all.map((repair) => (
          <li key={`${text(repair.step)}.${text(repair.param)}: ${shown(repair.from)}`}>
            <code>{[text(repair.step), text(repair.param)].filter(Boolean).join('.')}</code>{' '}
            <del dir="auto">{shown(repair.from)}</del> <span aria-hidden="true">→</span>{' '}
            <ins dir="auto">{shown(repair.to)}</ins> <span className="faint">{text(repair.why)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
