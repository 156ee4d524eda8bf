import { z } from 'zod'

export const DecisionTask = z.looseObject({
  question: z.looseObject({ question: z.string() }),
  answers: z.array(z.looseObject({ answer: z.string() })).nullable(),
  material: z.unknown(),
})
type DecisionTask = z.infer<typeof DecisionTask>

const SURE = 0.92
const UNSURE = 0.3
const NO_CONTENT =
  /^(?:the|and|are|was|has|have|does|did|is|it|its|this|that|there|what|which|who|how|any|for|with|ist|sind|hat|der|die|das|ein|eine|und|was|wie|wer|welche[rs]?)$/iu
const YES = /^(?:yes|ja)$/iu
const NO = /^(?:no|nein)$/iu

/** The answer whose words stand in the material; where none or several do, nobody can be sure. */
export function decisionOf({ question, answers, material }: DecisionTask) {
  const said = wordsOf(typeof material === 'string' ? material : JSON.stringify(material ?? ''))
  if (!answers) return free(question.question, material)
  const yes = answers.find(({ answer }) => YES.test(answer))
  const no = answers.find(({ answer }) => NO.test(answer))
  if (yes && no) return yesOrNo(question.question, said, yes.answer, no.answer)
  const fitting = answers.filter(({ answer }) => isSaid(answer, said))
  const [only, ...others] = fitting
  if (only && others.length === 0) return sure(only.answer, `"${only.answer}" stands in what was found.`)
  return unsure(
    fitting.length === 0 ? 'None of the answers stands in what was found.' : 'More than one answer fits.',
  )
}

function yesOrNo(question: string, said: ReadonlySet<string>, yes: string, no: string) {
  const asked = [...wordsOf(question)].filter((word) => !NO_CONTENT.test(word))
  const there = asked.filter((word) => said.has(word))
  if (asked.length === 0 || said.size === 0) return unsure('The material says nothing about it.')
  return there.length === asked.length
    ? sure(yes, `The material speaks of ${there.join(', ')}.`)
    : sure(no, `The material does not speak of ${asked.filter((word) => !said.has(word)).join(', ')}.`)
}

/** The sentence of the material that has most of the question's words. */
function free(question: string, material: unknown) {
  const asked = [...wordsOf(question)].filter((word) => !NO_CONTENT.test(word))
  const best = textsIn(material)
    .map((text) => ({ text, score: asked.filter((word) => wordsOf(text).has(word)).length }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)[0]
  return best
    ? sure(best.text.slice(0, 300), 'It is what the material says of it.')
    : unsure('The material does not say.')
}

function textsIn(material: unknown): string[] {
  if (typeof material === 'string') return material.split(/(?<=[.!?])\s+/)
  if (typeof material !== 'object' || material === null) return []
  return Object.values(material).flatMap(textsIn)
}

const isSaid = (answer: string, said: ReadonlySet<string>) =>
  [...wordsOf(answer.replaceAll('_', ' '))].every((word) => said.has(word))
const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
const sure = (answer: string, why: string) => ({ answer, confidence: SURE, why })
const unsure = (why: string) => ({ answer: null, confidence: UNSURE, why })
