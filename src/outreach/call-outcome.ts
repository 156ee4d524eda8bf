import { z } from 'zod'

export const callClasses = [
  'resolved',
  'partial',
  'refused',
  'frustrated',
  'wrong_person',
  'voicemail',
  'technical',
] as const
export type CallClass = (typeof callClasses)[number]

/** How a model judges a call. */
export const CallJudgementSchema = z.object({
  class: z.enum(callClasses),
  confidence: z.number().min(0).max(1),
  quotes: z.array(z.string()).describe('Copied letter by letter, out of one turn each'),
  summary: z.string().describe('Two to four plain sentences in English'),
  promises: z.array(
    z.object({ text: z.string(), quote: z.string().describe('Copied letter by letter from one turn') }),
  ),
  next_step: z.string().describe('What a colleague should do now, or "Nothing"'),
})

export type CallJudgement = z.infer<typeof CallJudgementSchema>
