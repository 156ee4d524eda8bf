import { z } from 'zod'
import { detectIntent } from '../../ai/index.ts'
import { InputError } from '../../ops/errors.ts'
import { type Act, defineSkill } from '../../skills/index.ts'
import { getCustomer, latestProfile } from '../../store/rows/customers.ts'
import { type Draft, type DraftInput, DraftSchema, draftSections, givenOf, mailKinds } from '../draft.ts'
import { composeMail } from '../mail.ts'
import { templateDraft, templateLanguage } from '../mail-templates.ts'
import { lockNumbers } from '../number-lock.ts'
import { type PackedChunk, ProfileSchema, packChunks } from '../profile.ts'
import { ProfileSources } from './build-profile.ts'
import { fetchTicket } from './case-history.ts'
import type { OutreachDeps } from './deps.ts'

const QUESTION_CHUNKS = 4

const SituationInput = z.object({
  candidates: z
    .array(z.looseObject({ e164: z.string(), quote: z.string(), country: z.string().nullable() }))
    .default([]),
  why: z.enum(['several', 'invalid', 'unconfirmed', 'no_consent', 'no_number']).nullable().default(null),
  question: z.string().nullable().default(null),
  decision: z
    .object({ granted: z.boolean(), amount: z.string().nullable(), reason: z.string().nullable() })
    .nullable()
    .default(null),
})

export function draftEmail(deps: OutreachDeps) {
  return defineSkill({
    name: 'draft_email',
    title: 'Write the e-mail',
    description:
      'Writes an e-mail from the profile, with a source for every figure. A draft with a figure that stands in no source is blocked. Sends nothing.',
    effect: 'read',
    asks: 'email_draft',
    input: z.object({
      customerId: z.string(),
      ticket: z.string(),
      kind: z.enum(mailKinds),
      language: z.string(),
      situation: SituationInput.optional(),
    }),
    output: z.object({
      kind: z.string(),
      subject: z.string(),
      text: z.string(),
      language: z.string(),
      citations: z.array(z.object({ chunk_id: z.string(), title: z.string() })),
      ticketVersion: z.number(),
      writtenBy: z.enum(['model', 'template']),
    }),
    async run({ customerId, ticket: ref, kind, language, situation: given }, act) {
      const customer = await getCustomer(deps.store.read, act.org, customerId)
      const stored = await latestProfile(deps.store.read, act.org, customerId)
      if (!customer || !stored) throw new InputError('no_profile', 'Build the profile before the mail.')
      const { ticket, history } = await fetchTicket(deps.desks, ref)
      const situation = { phone: customer.phone, ...SituationInput.parse(given ?? {}) }
      const asked = situation.question
        ? packChunks(
            (await deps.knowledge.search(act.org, situation.question, { limit: QUESTION_CHUNKS })).hits,
          )
        : []
      const input: DraftInput = {
        kind,
        language,
        company: deps.company.name,
        customerName: customer.name,
        profile: ProfileSchema.parse(JSON.parse(stored.profile)),
        ticket: history,
        knowledge: together(asked, ProfileSources.parse(JSON.parse(stored.sources)).chunks),
        situation: {
          ...situation,
          candidates: situation.candidates as DraftInput['situation']['candidates'],
        },
      }
      const written = await write(deps, input, act)
      const mail = composeMail(written.draft, {
        language: written.by === 'template' ? templateLanguage(language) : language,
        company: { name: deps.company.name, address: deps.company.address },
        ticketRef: ref,
        unsubscribeUrl: null,
        writtenBy: written.by,
        kind,
      })
      const titles = new Map(input.knowledge.map((chunk) => [chunk.chunk_id, chunk.title]))
      return {
        kind,
        subject: mail.subject,
        text: mail.text,
        language,
        citations: written.draft.cited_chunk_ids.map((id) => ({ chunk_id: id, title: titles.get(id) ?? id })),
        ticketVersion: ticket.updatedAt,
        writtenBy: written.by,
      }
    },
  })
}

/** By the model, checked by the number lock; by a template when no model answers. Throws InputError `number_lock`. */
async function write(
  deps: OutreachDeps,
  input: DraftInput,
  act: Act,
): Promise<{ draft: Draft; by: 'model' | 'template' }> {
  const asked = await deps.ai.ask({
    prompt: 'email_draft',
    sections: draftSections(input),
    schema: DraftSchema,
    caseId: act.caseId,
    flowId: act.flowId,
    purpose: `mail ${input.kind}`,
  })
  if (asked.kind === 'unavailable') {
    const words = [...input.ticket.comments.map((comment) => comment.text), input.ticket.subject].join('\n')
    const intent = detectIntent(words).intent
    return { draft: templateDraft({ ...input, ticketSubject: input.ticket.subject, intent }), by: 'template' }
  }
  const verdict = lockNumbers(asked.value, {
    chunks: input.knowledge.map((chunk) => ({ ...chunk, id: chunk.chunk_id })),
    ticket: [input.ticket.subject, ...input.ticket.comments.map((comment) => comment.text)],
    given: givenOf(input),
    ticketRef: input.ticket.ref,
  })
  if (verdict.ok) return { draft: asked.value, by: 'model' }
  const which = verdict.unsupported.map(({ text, why }) => `“${text}” ${why}`).join('; ')
  await deps.note({
    type: 'contact_blocked',
    caseId: act.caseId,
    at: deps.clock.now(),
    detail: { gate: 'number_lock', unsupported: verdict.unsupported.length },
  })
  throw new InputError('number_lock', `The draft was blocked: ${which}.`, {
    issues: verdict.unsupported.map(({ text, why }) => ({ path: text, message: why })),
  })
}

function together(first: PackedChunk[], then: PackedChunk[]): PackedChunk[] {
  const seen = new Set(first.map((chunk) => chunk.chunk_id))
  return [...first, ...then.filter((chunk) => !seen.has(chunk.chunk_id))]
}
