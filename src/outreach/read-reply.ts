import { z } from 'zod'

/** What a model reads in a reply. It confirms; it never introduces a number, an address or a link. */
export const ReadingSchema = z.object({
  phone: z.string().nullable().describe('One e164 of the numbers found, or null'),
  phone_quote: z.string().nullable().describe('The words in which that number stands, letter by letter'),
  consents_to_ai_call: z.enum(['yes', 'no', 'unclear']),
  consent_words: z.string().nullable().describe('The words that say yes or no, letter by letter'),
  refuses_call: z.boolean(),
  wants_human: z.boolean(),
  opts_out: z.boolean(),
  opt_out_words: z.string().nullable().describe('Their words, letter by letter'),
  question: z.string().nullable(),
  language: z.string().nullable().describe('BCP 47 code of the reply'),
  sentiment: z.enum(['positive', 'neutral', 'negative', 'angry']),
})

export type Reading = z.infer<typeof ReadingSchema>
