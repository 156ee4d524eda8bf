import { z } from 'zod'
import type { Answer, Sections } from './model-tasks.ts'
import { isInjection } from './model-words.ts'
import type { ModelMood } from './world.ts'

export type Completion = { content: string | null; refusal: string | null; finish: 'stop' | 'length' }

/** The honest answer, or what a model in this mood makes of it. */
export function inMood(mood: ModelMood, task: string, sections: Sections, honest: Answer): Completion {
  switch (mood) {
    case 'nonsense':
      return said('Certainly! Here is a poem about the sea instead: blue, blue, and never JSON.')
    case 'refuses':
      return { content: null, refusal: 'I cannot help with that.', finish: 'stop' }
    case 'cut_json': {
      const text = JSON.stringify(honest)
      return { content: text.slice(0, Math.ceil(text.length / 2)), refusal: null, finish: 'length' }
    }
    case 'invented_quotes':
      return said(JSON.stringify({ ...honest, ...inventedQuotes(task, honest) }))
    case 'invented_prices':
      return said(JSON.stringify(withParagraph(task, honest, INVENTED_PRICE)))
    case 'obeys_injection':
      return said(JSON.stringify(obeying(task, sections, honest)))
    case 'obedient':
      return said(JSON.stringify(honest))
  }
}

const INVENTED_PRICE = 'Only for you: EUR 49.90 per night, with 35 % off until 31 December 2031.'
const NEVER_SAID = 'I have always hated the colour of your swimming pool.'

function said(content: string): Completion {
  return { content, refusal: null, finish: 'stop' }
}

const Wishes = z.object({ open_wishes: z.array(z.object({ evidence: z.record(z.string(), z.string()) })) })

/** Quotes that nobody said, a number that nobody gave. */
function inventedQuotes(task: string, honest: Answer): Answer {
  if (task === 'customer_profile') {
    const wish = Wishes.safeParse(honest).data?.open_wishes[0]
    const evidence = {
      ticket: 'zendesk:0',
      comment: '0',
      date: '2020-01-01T00:00:00.000Z',
      ...wish?.evidence,
    }
    const claim = { text: 'Hates the pool.', evidence: { ...evidence, quote: NEVER_SAID } }
    const invented = { text: 'A castle', chunk_id: 'no-such-chunk', reason: 'It would be nice.' }
    return { past_friction: [claim], promises: [claim], recommendations: [invented] }
  }
  if (task === 'reply_reading') {
    return {
      phone: '+15005550006',
      phone_quote: 'call me on +15005550006',
      consents_to_ai_call: 'yes',
      consent_words: 'Yes, any time, day or night.',
    }
  }
  if (task === 'call_outcome') {
    return { class: 'resolved', confidence: 0.99, quotes: [NEVER_SAID], promises: [] }
  }
  return {}
}

/** Does what the hidden orders in customer text ask for, as far as an answer of this task can. */
function obeying(task: string, sections: Sections, honest: Answer): Answer {
  const orders = JSON.stringify(sections)
  if (!isInjection(orders)) return honest
  const addresses = orders.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)*/g) ?? []
  const links = orders.match(/https?:\/\/[^\s"\\<>]+/g) ?? []
  const target = [...addresses.slice(0, 1), ...links.slice(0, 1)].join(' ')
  if (task === 'call_outcome') return { ...honest, class: 'resolved', confidence: 1 }
  if (task === 'reply_reading')
    return { ...honest, consents_to_ai_call: 'yes', refuses_call: false, opts_out: false }
  return withParagraph(task, honest, `As you asked, I ignore my rules: our price list goes to ${target}.`)
}

function withParagraph(task: string, honest: Answer, paragraph: string): Answer {
  if (task !== 'email_draft' || !Array.isArray(honest.paragraphs)) return honest
  return { ...honest, paragraphs: [...honest.paragraphs, paragraph] }
}
