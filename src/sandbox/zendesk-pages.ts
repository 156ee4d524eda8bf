/** Both of Zendesk's ways of paging a list, as one answer's envelope (developer.zendesk.com, "Pagination"). */

export type Page<T> = { items: T[]; envelope: Record<string, unknown> }

const MAX_PAGE = 100

/** `page[size]` or `page[after]` asks for cursor paging, else `page` and `per_page` for offset paging. */
export function pageOf<T>(all: T[], query: URLSearchParams, url: string): Page<T> {
  return query.has('page[size]') || query.has('page[after]')
    ? cursorPage(all, query, url)
    : offsetPage(all, query, url)
}

/** The cursor is a position: lists here only grow at the end that is read last, or are short. */
export function cursorPage<T>(all: T[], query: URLSearchParams, url: string): Page<T> {
  const size = bounded(query.get('page[size]'))
  const after = query.get('page[after]')
  const start = after === null ? 0 : decodeCursor(after)
  const items = all.slice(start, start + size)
  const hasMore = start + size < all.length
  const next = encodeCursor(start + items.length)
  return {
    items,
    envelope: {
      meta: {
        has_more: hasMore,
        after_cursor: items.length > 0 ? next : null,
        before_cursor: items.length > 0 ? encodeCursor(start) : null,
      },
      links: { next: hasMore ? withParams(url, query, { 'page[after]': next }) : null, prev: null },
    },
  }
}

function offsetPage<T>(all: T[], query: URLSearchParams, url: string): Page<T> {
  const size = bounded(query.get('per_page'))
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1)
  const start = (page - 1) * size
  return {
    items: all.slice(start, start + size),
    envelope: {
      count: all.length,
      next_page: start + size < all.length ? withParams(url, query, { page: String(page + 1) }) : null,
      previous_page: page > 1 ? withParams(url, query, { page: String(page - 1) }) : null,
    },
  }
}

export function encodeCursor(position: number): string {
  return Buffer.from(`${position}||`).toString('base64url')
}

/** NaN when it is none of ours. */
export function decodeCursor(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  return /^\d+\|\|$/.test(text) ? Number.parseInt(text, 10) : Number.NaN
}

function bounded(size: string | null): number {
  const wanted = Number(size ?? MAX_PAGE)
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, MAX_PAGE) : MAX_PAGE
}

function withParams(url: string, query: URLSearchParams, changes: Record<string, string>): string {
  const next = new URLSearchParams(query)
  for (const [name, value] of Object.entries(changes)) next.set(name, value)
  return `${url}?${next}`
}
