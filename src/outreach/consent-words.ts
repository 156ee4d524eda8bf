/**
 * Yes, no and "leave me alone" in the words people use, for when no model reads the reply, and to overrule
 * one that reads a no as a yes. Each answer is a part of the text, letter by letter, or null.
 */

const END = '(?![\\p{L}\\p{N}])'
const START = '(?<![\\p{L}\\p{N}])'

const OPT_OUT = new RegExp(
  `${START}(?:unsubscribe|opt me out|remove me from|take me off|stop (?:e-?mailing|writing|contacting|messaging|spamming)(?: to)? me|do not (?:contact|write to|e-?mail) me|don['’]t (?:contact|write to|e-?mail) me|delete my (?:data|account)|abmelden|abbestellen|keine (?:weiteren )?(?:e-?mails|mails|nachrichten) mehr|(?:schreiben|kontaktieren) sie mir? nicht mehr|löschen sie meine daten|dar(?:me)? de baja|darme de baja|no me (?:escriban|escribas|contacten) más|me désabonner|désabonne[rz](?:-moi)?|désinscri\\w+|ne m['’]écrivez plus|ne me contactez plus|descadastr\\w+|cancelar (?:a )?inscrição|não me (?:escrevam|contatem|contactem) mais|disiscriv\\w+|cancellatemi|non (?:scrivetemi|contattatemi) più)${END}`,
  'iu',
)
const BARE_STOP = /^\s*(?:stop|stopp|unsubscribe|baja|alto|pare|arrêt|abmelden)\s*[.!]*\s*$/iu

const NO_CALL = new RegExp(
  `${START}(?:(?:please )?(?:do not|don['’]t|never|not to) (?:call|phone|ring)|(?:do not|don['’]t) want (?:to be called|(?:an?|any) calls?)|no (?:phone )?calls?|rather not (?:talk|be called|speak)|(?:prefer|rather|only|just) (?:by |via |over |keep (?:it|this) (?:by|to|in) )?(?:e-?mail|writing)|not (?:an?|with an?|by an?|to an?) (?:ai|robot|bot|machine)|no (?:ai|robots?|bots?)|nicht (?:anrufen|angerufen)|nicht von (?:einer|einem) (?:ki|roboter|maschine)|kein(?:e|en)? anrufe?|rufen sie (?:mich )?(?:bitte )?nicht|lieber (?:per|schriftlich)|(?:nur|bitte) (?:per e-?mail|schriftlich)|keine? (?:ki|roboter|maschine)|no (?:quiero que )?me llam\\p{L}+|(?:nada de|sin) llamadas|prefiero (?:por )?(?:correo|e-?mail|escrito)|ne m['’]appelez pas|pas (?:être appelée?|que vous m['’]appeliez)|pas d['’]appels?|(?:préfère|plutôt) (?:par )?(?:e-?mail|écrit|courriel)|não (?:quero que )?(?:me )?lig\\p{L}+|sem ligações|prefiro (?:por )?(?:e-?mail|escrito)|non (?:voglio che )?(?:mi )?chiam\\p{L}+|non voglio essere chiamat[oa]|preferisco (?:via |per )?(?:e-?mail|iscritto)|call mat|phone mat)${END}`,
  'iu',
)

const YES_CALL = new RegExp(
  `${START}(?:(?:please |do )?call me|please (?:do )?call|give me a (?:call|ring)|(?:you|it|she|he|the assistant|your assistant|the ai) (?:can|may|could) (?:call|phone|ring)|(?:happy|fine|okay|ok|good) (?:with|for|to) (?:a call|be called|get a call|the call|that)|looking forward to (?:the|your) call|rufen sie (?:mich|uns) (?:bitte |gerne )?an|ruf(?:t)? (?:mich|uns) an|(?:dürfen|können|darf|kann) (?:sie )?(?:mich|uns)(?: \\p{L}+){0,3} anrufen|rufen sie (?:bitte )?an|ll[aá]m(?:a|e|en)me|pued(?:e|en|es) llamar(?:me)?|appelez[- ]moi|(?:pouvez|peut) m['’]appeler|me lig(?:a|ue|uem)|pod(?:e|em) (?:me )?ligar|chiam(?:a|ate|i)(?:te)?mi|può chiamar\\w*|potete chiamar\\w*|(?:mujhe )?(?:call|phone) (?:kar|kijiye|karo|karna|kar lo))${END}`,
  'iu',
)
/** A bare yes counts only at the start of a sentence: "I would say yes if …" is none. */
const BARE_YES =
  /^\s*(?:yes|yeah|yep|sure|ok|okay|of course|agreed|i agree|i consent|ja|gerne|klar|einverstanden|in ordnung|sí|claro|de acuerdo|vale|oui|d['’]accord|bien sûr|sim|com certeza|sì|certo|va bene|haan ji|ha ji|haan|theek hai)(?![\p{L}\p{N}'’])/iu
const NEGATION =
  /(?<![\p{L}\p{N}])(?:not|no|never|don['’]t|can['’]t|cannot|won['’]t|nicht|kein\w*|nie|nunca|pas|jamais|não|nao|non|nahi|nahin|mat|but|aber|pero|mais|mas|ma|if|wenn|unless)(?![\p{L}\p{N}])/iu

/** Words that mean: send me nothing any more, on any channel. */
export function optOutWords(text: string): string | null {
  return (OPT_OUT.exec(text) ?? BARE_STOP.exec(text))?.[0].trim() ?? null
}

/** Words that refuse a call, or one by a machine. */
export function refusalWords(text: string): string | null {
  return NO_CALL.exec(text)?.[0].trim() ?? null
}

/** Agreement that looks like a condition. */
const YES_IF = new RegExp(
  `${START}(?:fine|ok|okay|all right|no problem|happy)(?: (?:with|by|for) me)? if (?:your|the|an) (?:ai )?(?:assistant|voice|ai) (?:calls|phones|rings)(?: me)?${END}`,
  'iu',
)

/**
 * Words that agree to be called, in answer to a mail that asked for that: in a sentence without a negation,
 * a condition or a question mark.
 */
export function consentWords(text: string): string | null {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/u).filter((sentence) => !sentence.includes('?'))
  const plain = sentences.filter((sentence) => !NEGATION.test(sentence.replace(YES_IF, '')))
  // What names the call says more than a bare yes in an earlier sentence.
  for (const words of [YES_IF, YES_CALL, BARE_YES]) {
    for (const sentence of plain) {
      const found = words.exec(sentence)
      if (found) return found[0].trim()
    }
  }
  return null
}
