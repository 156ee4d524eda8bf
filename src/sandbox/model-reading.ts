import type { ReadingTask } from './model-sections.ts'
import {
  angryWords,
  exactSentences,
  humanWords,
  isInjection,
  languageOf,
  politeWords,
} from './model-words.ts'

const SAYS_NO =
  /\b(do not|don't|never|not) (want to be called|call|phone|ring)|\bno (calls?|phone)\b|not by a machine|(not|no) (an? )?(ai|robot|machine)\b|nicht (angerufen|anrufen|telefonieren)|keine anrufe|rufen sie (mich )?(bitte )?nicht an|nicht (mit|von) eine[rm] (ki|maschine|computer)|no quiero que me llam|no me llam|ninguna llamada|não (quero que )?(me )?lig|não me ligu|nenhuma chamada|call mat|phone mat/i

const SAYS_YES =
  /\b(may|can|could|please|to|and|just|sure,?|yes,?) (call|phone|ring) me|call me|\b(may|can) call\b|if your ai assistant calls|please call|you may|an ai voice is fine|fine with (me|an ai)|darf mich|dürfen (sie )?(mich )?(gern )?anrufen|rufen sie (mich )?(bitte |gern )?an|ruf(t|en) mich|anruf(en)? (ist|wäre) (ok|okay|in ordnung)|ki-stimme ist in ordnung|einverstanden|pueden? llamarme|ll[aá]men?me|de acuerdo|voz de ia me parece bien|podem? ligar|pode ligar|ligue?m?-me|voz de ia está bem|concordo|call kar(o|na|iye|\s?sakte)|call me\b/i

const PREFERS_WRITING =
  /(answer|reply|respond|write|answers?) (to me )?(only )?(by|in|via|per) (e-?mail|writing)|prefer (e-?mail|writing|it in writing)|in writing|(per|via) e-?mail|lieber schriftlich|schriftlich|por correo|por escrito|por e-?mail|e-?mail pe\b/i

const OPTS_OUT =
  /unsubscribe|stop (writing|e-?mailing|contacting|messaging)|remove me|do not contact me|no more (e-?mails|messages)|delete my data|schreiben sie mir nicht mehr|aus ihrem verteiler|keine (weiteren )?(e-?mails|nachrichten)|austragen|abmelden|denme de baja|no me escriban|no me contacten|não me escrevam|removam-me|não me contact/i

/** Before a number: whose it is, or that it is none to call now. */
const NOT_THIS_ONE =
  /(fax|old|alte|former|no longer|colleague|kollegin|kollege|sometimes|manchmal|a veces|às vezes|kabhi|office hours|reception|emergency)[^.\n]{0,40}$/i

const SIGNATURE_LINE = /^\s*(tel|phone|fon|fax|mobil?e?|t|m|telefon[oe]?)\s*[.:]/i

/** What a careful reader sees in a reply; every quote is a piece of it. */
export function readingOf({ customer_reply: reply, numbers_found: numbers }: ReadingTask) {
  const sentences = exactSentences(reply.text).filter((sentence) => !isInjection(sentence))
  const plain = sentences.join('\n')
  const optOut = sentences.find((sentence) => OPTS_OUT.test(sentence))
  const no = sentences.find((sentence) => SAYS_NO.test(sentence))
  const yes = no ? undefined : sentences.find((sentence) => SAYS_YES.test(sentence))
  const phone = numberToCall(reply.text, numbers)
  const isAngry = angryWords.test(plain)
  return {
    phone: phone?.e164 ?? null,
    phone_quote: phone?.quote ?? null,
    consents_to_ai_call: no ? 'no' : yes ? 'yes' : 'unclear',
    consent_words: no ?? yes ?? null,
    refuses_call: no !== undefined || (!yes && PREFERS_WRITING.test(plain)),
    wants_human: humanWords.test(plain) && !optOut,
    opts_out: optOut !== undefined,
    opt_out_words: optOut ?? null,
    question: sentences.find((sentence) => sentence.endsWith('?')) ?? null,
    language: languageOf(reply.text) ?? null,
    sentiment: isAngry
      ? 'angry'
      : optOut || no
        ? 'negative'
        : politeWords.test(plain)
          ? 'positive'
          : 'neutral',
  }
}

/** The one number that is meant, or undefined where a person would have to ask. */
function numberToCall(text: string, numbers: ReadingTask['numbers_found']) {
  const lines = text.split('\n')
  const candidates = numbers.filter(({ quote }) => {
    const at = text.indexOf(quote)
    if (at < 0 || NOT_THIS_ONE.test(text.slice(Math.max(0, at - 60), at))) return false
    return !lines.some((line) => line.includes(quote) && SIGNATURE_LINE.test(line)) || numbers.length === 1
  })
  const different = new Set(candidates.map(({ e164 }) => e164))
  return different.size === 1 ? candidates[0] : undefined
}
