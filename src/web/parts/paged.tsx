import type { ReactNode } from 'react'
import type { ApiError } from '../api.ts'
import { Empty, Loading, Problem } from './notes.tsx'

/** What `usePages` loads: its rows, what to say when there are none, and the way to more. */
export function Paged<Row>(props: {
  list: {
    data: { rows: Row[]; more: boolean } | undefined
    error: ApiError | undefined
    showMore: () => void
  }
  empty: ReactNode
  more: string
  children: (rows: Row[]) => ReactNode
}) {
  const { data, error, showMore } = props.list
  if (!data) return <Loading error={error} />
  return (
    <>
      <Problem error={error} />
      {data.rows.length > 0 ? props.children(data.rows) : <Empty>{props.empty}</Empty>}
      {data.more && (
        <button type="button" className="more" onClick={showMore}>
          {props.more}
        </button>
      )}
    </>
  )
}
