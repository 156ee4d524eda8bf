import { duration } from '../format.ts'

/** What no run has come to yet. */
const NONE = '–'

export const milliseconds = (ms: number | null) => (ms === null ? NONE : duration(ms, 1))

/** Of the flows that completed or failed. */
export const percent = (share: number | null) => (share === null ? NONE : `${Math.floor(share * 100)} %`)

export const usd = (amount: number) => `${amount.toFixed(amount < 1 ? 3 : 2)} USD`
