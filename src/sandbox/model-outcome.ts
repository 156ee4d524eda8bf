import type { OutcomeTask } from './model-sections.ts'
import { angryWords, exactSentences, humanWords } from './model-words.ts'

const CONFIRMS =
  /exactly what i wanted|that is right|that's right|that solves it|yes, that works|genau das wollte ich|das ist richtig|damit ist .* erledigt|es justo lo que quería|es correcto|é exatamente o que eu queria|está certo|bilkul sahi/i
const ACCEPTS =
  /go ahead|sounds good|perfect\b|klingt gut|perfekt|machen sie das|suena bien|adelante|parece bem|pode avançar|accha lagta/i
const REFUSES =
  /don't want to|do not want|no,? thank|not interested|rather you write|please write to me|möchte nicht|nein danke|kein interesse|no quiero|no, gracias|não quero|não, obrigad|nahi karni/i
const WRONG_PERSON =
  /wrong number|verwählt|nobody called|niemanden? namens|número equivocado|equivocado de número|é engano/i
const VOICEMAIL =
  /voicemail|leave a message|mailbox|buzón de voz|correio de voz|nach dem ton|después de la señal/i
const UNDERTAKES =
  /\b(will|we'll)\b|\b(werden|meldet|bekommen|schreibt|schreiben)\b|escribirá|recibirá|pondrá en contacto|vai (escrever|receber|entrar)|likhenge|milega|karenge/i

type Class = 'resolved' | 'partial' | 'refused' | 'frustrated' | 'wrong_person' | 'voicemail' | 'technical'

const NEXT_STEP: Record<Class, string> = {
  resolved: 'Nothing',
  partial: 'Call back or write about what was left open.',
  refused: 'Go on by e-mail, written by a person.',
  frustrated: 'A person should call and apologise today.',
  wrong_person: 'Ask the customer by e-mail for their own number.',
  voicemail: 'Try once more at another time, or write.',
  technical: 'Try the call again.',
}

/** How a call ended by what the customer said; every quote is a piece of one turn. */
export function outcomeOf({ case: about, transcript, provider }: OutcomeTask) {
  const customer = spoken(transcript, 'customer')
  const quotesOf = (words: RegExp) => customer.filter((sentence) => words.test(sentence)).slice(0, 3)

  const judged = ((): { class: Class; confidence: number; quotes: string[] } => {
    if (customer.length === 0) return { class: 'technical', confidence: 0.9, quotes: [] }
    const checks: [Class, RegExp, number][] = [
      ['voicemail', VOICEMAIL, 0.97],
      ['wrong_person', WRONG_PERSON, 0.95],
      ['frustrated', angryWords, 0.95],
      ['frustrated', humanWords, 0.85],
      ['refused', REFUSES, 0.92],
      ['resolved', CONFIRMS, 0.95],
      ['partial', ACCEPTS, 0.75],
    ]
    for (const [name, words, confidence] of checks) {
      const quotes = quotesOf(words)
      if (quotes.length > 0) return { class: name, confidence, quotes }
    }
    return { class: 'partial', confidence: 0.5, quotes: customer.slice(-1) }
  })()

  const undertaken = spoken(transcript, 'assistant').filter(
    (sentence) => UNDERTAKES.test(sentence) && !sentence.trim().endsWith('?'),
  )
  const subject = about.subject ? ` about "${about.subject}"` : ''
  return {
    ...judged,
    summary:
      provider?.summary ||
      `The customer was called${subject}. The call ended as ${judged.class.replace('_', ' ')}.`,
    promises: undertaken.slice(-2).map((quote) => ({ text: `The assistant said: "${quote}"`, quote })),
    next_step: NEXT_STEP[judged.class],
  }
}

function spoken(transcript: OutcomeTask['transcript'], speaker: string): string[] {
  return transcript.flatMap((turn) => (turn.speaker === speaker ? exactSentences(turn.text, 400) : []))
}
