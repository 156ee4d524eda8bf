/** Shorter ones begin too much. */
const PART_MIN = 3

/** Without case and whatever separates words. */
export const flat = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

/** The one that differs in nothing but case. */
export function sameButForCase(value: string, all: readonly string[]): string | undefined {
  return only(all.filter((one) => one.toLowerCase() === value.trim().toLowerCase()))
}

/** The same written otherwise (`taskTitle`, `task_title`), else the only one that begins or ends like it. */
export function theOnlyOneLike(value: string, all: readonly string[]): string | undefined {
  const wanted = flat(value)
  const same = all.filter((one) => flat(one) === wanted)
  if (same.length > 0) return only(same)
  if (wanted.length < PART_MIN) return undefined
  return only(all.filter((one) => isPartOf(flat(one), wanted) || isPartOf(wanted, flat(one))))
}

const isPartOf = (part: string, whole: string) =>
  part.length >= PART_MIN && (whole.startsWith(part) || whole.endsWith(part))

const only = <Item>(items: readonly Item[]): Item | undefined => (items.length === 1 ? items[0] : undefined)
