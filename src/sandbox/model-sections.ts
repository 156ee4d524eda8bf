import { z } from 'zod'

/** The sections of the prompts as `src/ai/README.md` describes them: what the scripted model reads. */

export const Chunk = z.looseObject({
  chunk_id: z.string(),
  title: z.string(),
  headings: z.array(z.string()).default([]),
  text: z.string(),
})
export type Chunk = z.infer<typeof Chunk>

const Comment = z.looseObject({
  comment: z.string(),
  date: z.string(),
  author: z.string(),
  text: z.string(),
})

export const Ticket = z.looseObject({
  ticket: z.string(),
  subject: z.string(),
  comments: z.array(Comment).default([]),
})
export type Ticket = z.infer<typeof Ticket>

const Claim = z.looseObject({ text: z.string(), evidence: z.looseObject({ quote: z.string() }) })

export const Profile = z.looseObject({
  language: z.string().nullish(),
  open_wishes: z.array(Claim).default([]),
  recommendations: z.array(z.looseObject({ chunk_id: z.string() })).default([]),
})

export const ProfileTask = z.looseObject({
  customer: z.looseObject({ language: z.string().nullish() }),
  current_ticket: Ticket.nullable(),
  ticket_history: z.looseObject({ tickets: z.array(Ticket).default([]) }).nullable(),
  knowledge: z.array(Chunk),
})
export type ProfileTask = z.infer<typeof ProfileTask>

export const DraftTask = z.looseObject({
  task: z.looseObject({ kind: z.string(), language: z.string().nullish() }),
  customer: z.looseObject({ name: z.string() }),
  profile: Profile.nullable(),
  ticket: Ticket.nullable(),
  knowledge: z.array(Chunk),
  situation: z
    .looseObject({
      phone: z.string().nullish(),
      candidates: z.array(z.string()).nullish(),
      why: z.string().nullish(),
      question: z.string().nullish(),
      decision: z
        .looseObject({ granted: z.boolean(), amount: z.string().nullish(), reason: z.string().nullish() })
        .nullish(),
    })
    .nullable(),
})
export type DraftTask = z.infer<typeof DraftTask>

export const ReadingTask = z.looseObject({
  customer_reply: z.looseObject({ subject: z.string().nullish(), text: z.string() }),
  numbers_found: z.array(z.looseObject({ e164: z.string(), quote: z.string() })),
})
export type ReadingTask = z.infer<typeof ReadingTask>

export const OutcomeTask = z.looseObject({
  case: z.looseObject({ subject: z.string().nullish() }),
  transcript: z.array(z.looseObject({ speaker: z.string(), text: z.string() })),
  provider: z.looseObject({ outcome: z.string().nullish(), summary: z.string().nullish() }).nullable(),
})
export type OutcomeTask = z.infer<typeof OutcomeTask>

export const RefundTask = z.looseObject({
  request: z.looseObject({ amount: z.number().nullable(), amounts_in_ticket: z.array(z.number()).nullish() }),
  ticket: Ticket.nullable(),
  rules: z.array(z.looseObject({ title: z.string(), text: z.string() })),
})
export type RefundTask = z.infer<typeof RefundTask>
