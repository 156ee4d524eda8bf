import { useState } from 'react'
import type { Page } from './api.ts'
import { useData } from './use-data.ts'

const PAGE = '25'

/** A list a page at a time. All pages that are shown are loaded again, so that a change on any of them is seen. */
export function usePages<Row>(
  key: string,
  load: (page: { cursor?: string | undefined; limit: string }) => Promise<Page<Row>>,
) {
  const [shown, setShown] = useState({ key, pages: 1 })
  const pages = shown.key === key ? shown.pages : 1
  const loaded = useData(`${key}:${pages}`, async () => {
    const rows: Row[] = []
    let cursor: string | undefined
    for (let page = 0; page < pages; page += 1) {
      const answer = await load({ cursor, limit: PAGE })
      rows.push(...answer.data)
      if (!answer.nextCursor) return { rows, more: false }
      cursor = answer.nextCursor
    }
    return { rows, more: true }
  })
  return { ...loaded, showMore: () => setShown({ key, pages: pages + 1 }) }
}
