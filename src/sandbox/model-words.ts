/** What the scripted model understands of a customer's words: a few languages, by key words. */

/** The sentences of a text, each a piece of it letter by letter and at most `max` characters long. */
export function exactSentences(text: string, max = 200): string[] {
  const pieces = text.match(/(?:[^.!?…।\n]|[.!?…](?=[^\s.!?…]))+[.!?…।]*/g) ?? []
  return pieces.map((piece) => cutAt(piece.trim(), max)).filter((piece) => /\p{L}{2}/u.test(piece))
}

function cutAt(text: string, max: number): string {
  if (text.length <= max) return text
  return text.slice(0, max).replace(/\s+\S*$/, '')
}

/** Text that tries to give orders to a model; the scripted one does not follow it, and does not quote it. */
export function isInjection(sentence: string): boolean {
  return /ignor\w* .*(rule|instruction|prompt|previous|anweisung|regel)|system prompt|you are now|mail .* to \S+@/i.test(
    sentence,
  )
}

const STOP_WORDS: Record<string, RegExp> = {
  en: /\b(the|and|is|are|you|your|for|with|please|would|have|we|my|not|this|that)\b/gi,
  de: /\b(der|die|das|und|ist|sind|ich|wir|sie|nicht|für|mit|bitte|ein|eine|zu|auf|von|den|haben)\b/gi,
  es: /\b(el|la|los|las|y|es|que|por|para|con|una|no|mi|su|gracias|quiero|quisiera|estamos)\b/gi,
  pt: /\b(o|os|as|e|é|que|para|com|uma|não|meu|minha|obrigad[oa]|quero|gostaria|estamos|um|do|da)\b/gi,
  fr: /\b(le|les|et|est|que|pour|avec|une|ne|pas|mon|ma|merci|nous|vous|je|des|du)\b/gi,
  hi: /\b(hai|hain|mujhe|hum|chahiye|nahi|kya|ke|ki|ka|aur|mein|liye|haan|aap|ji|namaste|se)\b/gi,
}

/** The language with the most of its small words at the beginning, or undefined when there are hardly any. */
export function languageOf(text: string): string | undefined {
  const beginning = text.slice(0, 2_000)
  const counts = Object.entries(STOP_WORDS).map(
    ([language, words]) => [language, beginning.match(words)?.length ?? 0] as const,
  )
  const [best] = counts.toSorted((a, b) => b[1] - a[1])
  return best && best[1] >= 3 ? best[0] : undefined
}

/** What limits a solution, and how a colleague would call it. */
export const constraintTopics: [label: string, words: RegExp][] = [
  [
    'How many they are',
    /\b(\d+|two|three|four|five|six|eight) (people|persons|guests|adults|friends|travell?ers|of us)\b|\bfor (\d+|two|three|four|five|six)\b(?! night)|family of|für (\d+|zwei|drei|vier|fünf) |zu (zweit|dritt|viert|fünft)|\b(\d+|dos|tres|cuatro|duas|três|quatro|somos) (personas|pessoas|adultos)|\b(\d+|teen|do|char) log\b/i,
  ],
  [
    'When',
    /\b(january|february|march|april|may \d|\d+ may|june|july|august|september|october|november|december|christmas|easter|diwali|weekend|januar|februar|märz|mai|juni|juli|oktober|dezember|weihnachten|ostern|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|navidad|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|natal)\b|\b\d{1,2}\.\d{1,2}\.|\b\d{4}-\d{2}-\d{2}\b/i,
  ],
  [
    'Budget',
    /\bbudget|at most|no more than|höchstens|maximal|presupuesto|orçamento|(€|EUR|INR|₹|Rs\.?|USD|\$) ?\d|\d ?(€|EUR|INR|euros?)\b/i,
  ],
  [
    'Children',
    /\b(child|children|kids?|baby|toddler|daughter|son|kind|kinder|tochter|sohn|niñ[oa]s?|hij[oa]s?|crianças?|filh[oa]s?|bacch[ea])\b/i,
  ],
  ['A pet', /\b(dogs?|cats?|pets?|hund|katze|perr[oa]s?|gat[oa]s?|cão|cachorro|gato)\b/i],
  [
    'Access',
    /wheelchair|step-free|stairs|walking frame|rollstuhl|barrierefrei|treppe|silla de ruedas|cadeira de rodas|mobility/i,
  ],
  ['Food', /vegetarian|vegan|allerg|gluten|halal|kosher|jain|nuts|nüsse|vegetarian[oa]|alergia/i],
  ['Arrival', /airport|flight|land at|arriv|flughafen|ankunft|anreise|aeropuerto|vuelo|aeroporto|voo/i],
]

export const wishWords =
  /would like|\bi'd like|\bwe'd like|\b(want|need|plan|planning|looking for|hoping|can you|could you|please)\b|möchte|suche|brauche|hätten? gern|könnten sie|können sie|planen|quiero|quisiera|busco|necesit|me gustaría|podrían|gostaria|quero|preciso|procur|poderiam|chahiye|chahte|chahta|karna hai|j'aimerais|je voudrais/i

export const frictionWords =
  /\b(wrong|late|loud|noisy|noise|dirty|broken|rude|disappoint\w*|complain\w*|unacceptable|nobody|never|overcharged|twice|refund\w*|waited|terrible|cold|lost|mistake)\b|falsch|laut\b|lärm|schmutzig|kaputt|enttäusch|beschwer|niemand|zu spät|doppelt|erstatt|gewartet|ärger|equivocad|ruido|sucio|roto|decepcion|queja|nadie|tarde|reembols|errad|barulho|suj[oa]\b|avariad|desilud|reclama|ninguém|atras|kharab|galat|der se|shor\b/i

export const promiseWords =
  /\b(we will|we'll|i will|i'll|we promise|i promise|will be|you will get|you'll get)\b|\bwir (werden|erstatten|schicken|melden|kümmern)|ich (werde|kümmere|schicke|melde|verspreche)|\b(le|les) (enviaremos|escribiremos|llamaremos)|vamos a|iremos|vamos (enviar|ligar|reembolsar)|prometemos/i

export const politeWords =
  /\b(please|thank|thanks|kind|kindly|appreciate|bitte|danke|dank|gracias|por favor|obrigad[oa]|dhanyavaad|shukriya|merci)\b/i

export const angryWords =
  /ridiculous|unacceptable|\bangry\b|furious|outrag|scandal|disgrace|complain|fed up|terrible service|wütend|verärgert|frechheit|inakzeptabel|unverschämt|beschwer|enfadad|inaceptable|indignad|ridículo|zangad|inaceitável|revoltad|gussa|!!!/i

export const humanWords =
  /\b(real person|a person|human|someone real|your manager|a colleague|representative)\b|mensch|mitarbeiter|ihrem chef|una persona|persona real|gerente|com uma pessoa|pessoa real|colega humano|insaan/i
