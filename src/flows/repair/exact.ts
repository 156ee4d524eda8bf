/** Money and who is reached: wherever such a word stands in a name. */
const ANYWHERE = new Set(
  (
    'amount price cost fee total sum refund discount currency usd eur gbp inr iban ' +
    'email mail phone mobile msisdn e164 recipient recipients to cc bcc'
  ).split(' '),
)
/** Which one of something: as a name's last word. */
const AT_THE_END = new Set(
  'id ids uuid key ref refs ticket tickets customer customers number account'.split(' '),
)

/** `refundAmount_usd` → refund, amount, usd. */
const wordsOf = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')

/**
 * Whether an input is one that nobody may guess at: recipients, amounts and ids, known by their names, and what the
 * skill itself calls exact. A wrong one there does harm that a wrong title does not.
 */
export function isExact(name: string, exact: readonly string[] = []): boolean {
  const words = wordsOf(name)
  return (
    exact.includes(name) || words.some((word) => ANYWHERE.has(word)) || AT_THE_END.has(words.at(-1) ?? '')
  )
}
