import { z } from 'zod'

/** What a model may say of a customer. Property names are those the prompt uses. */
const EvidenceSchema = z.object({
  ticket: z.string().describe('As given, like zendesk:4711'),
  comment: z.string().describe('Id of the comment, as given'),
  date: z.string().describe('Date of the comment, as given'),
  quote: z.string().describe('Copied letter by letter from that comment, at most 200 characters'),
})

export const ClaimSchema = z.object({
  text: z.string().describe('One plain sentence in English'),
  evidence: EvidenceSchema,
})

export const ProfileSchema = z.object({
  language: z.string().nullable().describe('BCP 47 code of the language the customer writes in'),
  constraints: z.array(ClaimSchema),
  open_wishes: z.array(ClaimSchema),
  past_friction: z.array(ClaimSchema),
  tone: z.array(ClaimSchema),
  promises: z.array(ClaimSchema),
  missing: z.array(z.string()).describe('What must be asked, as short questions'),
  recommendations: z.array(
    z.object({
      text: z.string(),
      chunk_id: z.string().describe('Copied from the knowledge section'),
      reason: z.string().describe('Why it suits this customer'),
    }),
  ),
})

export type Claim = z.infer<typeof ClaimSchema>
export type Profile = z.infer<typeof ProfileSchema>
export type Recommendation = Profile['recommendations'][number]
