import { z } from 'zod'
import type { Ai } from '../../ai/index.ts'
import { fold } from '../../ops/fold.ts'
import { politeWords, questionWords, thenWords, workWords } from './request-words.ts'

/** Whether a message asks for work that a flow does, or a question; `why` is for whoever wrote it. */
export type Wanted = { kind: 'work' | 'question'; why: string; by: 'words' | 'model' }

/** Text beyond this is not looked at. */
const MAX_CHARS = 10_000

export const IntentAnswer = z.object({
  kind: z.enum(['work', 'question']),
  why: z.string().describe('One short sentence'),
})

/**
 * Tells a request for work from a question: by words where they are clear, else by the model, and by words alone
 * where that is down.
 */
export async function shouldCreateFlow(ai: Ai, message: string, caseId: string | null): Promise<Wanted> {
  const byWords = wantedByWords(message)
  if (byWords.sure) return { ...byWords, by: 'words' }
  const answer = await ai.ask({
    prompt: 'flow_intent',
    sections: { message: { text: message.slice(0, MAX_CHARS) } },
    schema: IntentAnswer,
    caseId,
    purpose: 'flow intent',
  })
  return answer.kind === 'answer' ? { ...answer.value, by: 'model' } : { ...byWords, by: 'words' }
}

/** What the words alone say, and whether that is beyond doubt. */
export function wantedByWords(message: string): { kind: Wanted['kind']; why: string; sure: boolean } {
  const text = fold(message.slice(0, MAX_CHARS)).trim()
  // What is quoted is a title or a text to be used: it says nothing of what is wanted.
  const own = text.replace(/"[^"]*"|'[^']*'(?!\p{L})|„[^“”]*[“”]|“[^”]*”|«[^»]*»/gu, ' x ').trim()
  const works = own.match(workWords)?.length ?? 0
  const opening = own
    .replace(/^[^\p{L}]+/u, '')
    .replace(/^(?:hi|hello|hey|hallo|hola|bonjour|ok|so|und|and)[\s,!.]+/u, '')
  const isPolite = startsWith(opening, politeWords)
  const isQuestion = startsWith(opening, questionWords) && !isPolite
  const asks = own.endsWith('?')
  const isSequence = works >= 2 || (works >= 1 && has(own, thenWords))

  if (works === 0 && (isQuestion || asks))
    return question('It asks something and names nothing to be done.', true)
  if (works === 0) return question('It names nothing to be done.', false)
  if (isQuestion && !isSequence) return question('It is a question.', asks)
  if (isQuestion) return work('It is put as a question and names several things to be done.', false)
  if (asks && !isPolite) return work('It names something to be done, and ends as a question.', false)
  const opensWithWork = isPolite || startsWith(opening, workWords) || isSequence
  return work(
    isSequence ? 'It names several things to be done.' : 'It names something to be done.',
    opensWithWork,
  )
}

const work = (why: string, sure: boolean) => ({ kind: 'work' as const, why, sure })
const question = (why: string, sure: boolean) => ({ kind: 'question' as const, why, sure })

const has = (text: string, words: RegExp) => text.search(words) >= 0
const startsWith = (text: string, words: RegExp) => text.search(words) === 0
