import { z } from 'zod'

export const mailKinds = [
  'ask_phone',
  'announce_call',
  'clarify_phone',
  'reminder',
  'continue_by_email',
] as const
export type MailKind = (typeof mailKinds)[number]

/** What a model writes of a mail; greeting included, footer and unsubscribe line not. */
export const DraftSchema = z.object({
  subject: z.string().describe('Short and specific, no price, no "Re:"'),
  paragraphs: z.array(z.string()).describe('Plain text; the first is the greeting'),
  cited_chunk_ids: z.array(z.string()).describe('Every chunk of the knowledge section that was used'),
})

export type Draft = z.infer<typeof DraftSchema>
