/** Frequent small words; few are shared, and what is shared counts for both. */
const WORDS: Record<string, string> = {
  en: 'the and you your is are was we would with for have this that not please thanks hello can from about',
  de: 'der die das und ich sie wir ist nicht ein eine für mit bitte danke hallo auf haben von zu dem den mich',
  es: 'el la los las que una por para con está hola gracias quiero mi me necesito pero muy usted del',
  fr: 'le la les des je vous nous est pas une pour avec bonjour merci dans sur mon ma votre avez être',
  pt: 'o os as que uma para com não está olá obrigado obrigada quero meu minha você por mas muito em',
  it: 'il lo gli che una per con non sono ciao grazie vorrei mio mia della buongiorno anche ho di',
}

const dictionary = new Map(Object.entries(WORDS).map(([code, words]) => [code, new Set(words.split(' '))]))

/**
 * The language of a text by its small words, as a BCP 47 code; null when it is too short or none stands out.
 * Only for when no model says it and the desk does not know.
 */
export function guessLanguage(text: string): string | null {
  const words = text
    .slice(0, 4000)
    .toLowerCase()
    .match(/\p{L}+/gu)
  if (!words) return null
  const scores = [...dictionary]
    .map(([code, small]) => ({ code, score: words.filter((word) => small.has(word)).length }))
    .sort((a, b) => b.score - a.score)
  const [first, second] = scores
  if (!first || !second || first.score < 2 || first.score === second.score) return null
  return first.code
}

/** `pt-BR` → `pt`. */
export function baseLanguage(code: string): string {
  return code.toLowerCase().split(/[-_]/)[0] ?? ''
}
