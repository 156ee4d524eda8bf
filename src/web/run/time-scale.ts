export type Scale = {
  /** A moment's place, from 0 to 1. */
  place(at: number): number
  /** The moment at a place. */
  momentAt(place: number): number
}

/** True to time, from end to end. */
export function trueScale(from: number, to: number): Scale {
  const span = Math.max(to - from, 1)
  return { place: (at) => clamp((at - from) / span), momentAt: (place) => from + place * span }
}

/** Under this long all spans look about alike. */
const FINEST_MS = 20

/**
 * Each span between two moments gets room by the logarithm of its length, so that a day of waiting and 20 ms of
 * work can both be seen. The order of moments is kept.
 */
export function squeezedScale(moments: number[]): Scale {
  const marks = [...new Set(moments)].toSorted((a, b) => a - b)
  const places = [0]
  for (let i = 1; i < marks.length; i += 1) {
    const span = (marks[i] ?? 0) - (marks[i - 1] ?? 0)
    places.push((places[i - 1] ?? 0) + Math.log1p(span / FINEST_MS))
  }
  const total = places.at(-1) || 1

  function between(value: number, xs: number[], ys: number[]): number {
    const after = xs.findIndex((x) => x >= value)
    if (after <= 0) return ys[after === 0 ? 0 : ys.length - 1] ?? 0
    const [x0 = 0, x1 = 1] = [xs[after - 1], xs[after]]
    const [y0 = 0, y1 = 1] = [ys[after - 1], ys[after]]
    return y0 + ((value - x0) / (x1 - x0)) * (y1 - y0)
  }

  return {
    place: (at) => clamp(between(at, marks, places) / total),
    momentAt: (place) => between(place * total, places, marks),
  }
}

const clamp = (place: number) => Math.min(1, Math.max(0, place))
