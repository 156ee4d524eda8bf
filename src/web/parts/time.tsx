import { absolute, fullTime, relative } from '../format.ts'
import { useNow } from '../hub-time.ts'

/** A moment: how long ago or ahead, and when by the reader's own clock. */
export function Time({ at, only }: { at: number; only?: 'relative' | 'absolute' }) {
  const now = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {only !== 'absolute' && relative(at, now)}
      {only === undefined && <span className="faint"> · </span>}
      {only !== 'relative' && <span className={only ? '' : 'faint'}>{absolute(at, now)}</span>}
    </time>
  )
}

/** When something ends or is due: the clock first, for that is what one plans by. */
export function Deadline({ at }: { at: number }) {
  const now = useNow()
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {absolute(at, now)} <span className="faint">({relative(at, now)})</span>
    </time>
  )
}
