import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { type Act, defineSkill } from '../../skills/index.ts'
import type { CustomersTable } from '../../store/index.ts'
import { getCustomer, insertProfile, latestConsent, latestProfile } from '../../store/rows/customers.ts'
import { deskFigures } from '../../store/rows/figures.ts'
import { checkProfile } from '../check-profile.ts'
import { guessLanguage } from '../language.ts'
import { fallbackProfile, type PackedChunk, ProfileSchema, packChunks, profileSections } from '../profile.ts'
import { profileChanges } from '../profile-changes.ts'
import { fetchHistory, fetchTicket } from './case-history.ts'
import type { OutreachDeps } from './deps.ts'

const CHUNKS = 8
const QUERY_CHARS = 1_500

/** What a profile rests on, kept with it: later drafts cite these chunks and no others. */
export const ProfileSources = z.object({
  tickets: z.array(z.string()),
  chunks: z.array(
    z.object({ chunk_id: z.string(), title: z.string(), headings: z.array(z.string()), text: z.string() }),
  ),
})

export function buildProfile(deps: OutreachDeps) {
  return defineSkill({
    name: 'build_profile',
    title: 'Profile the customer',
    description:
      "Reads the requester's ticket history and the knowledge base and writes a profile in which every claim carries its evidence. Changes nothing outside the hub.",
    effect: 'read',
    asks: 'customer_profile',
    input: z.object({ customerId: z.string(), ticket: z.string() }),
    output: z.object({
      profileId: z.string(),
      profile: ProfileSchema,
      dropped: z.number(),
      language: z.string(),
      /** Known phone number and consent on file: the mail announces the call instead of asking. */
      mailKind: z.enum(['ask_phone', 'announce_call']),
      ticketsRead: z.number(),
      chunksFound: z.number(),
      writtenBy: z.enum(['model', 'template']),
    }),
    async run({ customerId, ticket: ref }, act) {
      const customer = await getCustomer(deps.store.read, act.org, customerId)
      if (!customer) throw new InputError('unknown_customer', `There is no customer ${customerId}.`)
      if (!customer.email) {
        throw new InputError('no_address', 'The customer has no e-mail address, so nobody can write to them.')
      }
      const { desk, ticket, history: current } = await fetchTicket(deps.desks, ref)
      const [history, found, figures, before] = await Promise.all([
        fetchHistory(desk, ticket),
        deps.knowledge.search(act.org, queryOf(current), { limit: CHUNKS }),
        deskFigures(deps.store.read, act.org, deps.clock.now(), {
          desk: desk.name,
          requesterId: ticket.requesterId,
        }),
        latestProfile(deps.store.read, act.org, customerId),
      ])
      const chunks = packChunks(found.hits)
      const previous = before ? ProfileSchema.parse(JSON.parse(before.profile)) : null
      const input = {
        customer: {
          name: customer.name,
          language: customer.locale,
          timeZone: customer.time_zone,
          organization: customer.organization,
          tags: JSON.parse(customer.tags) as string[],
          ticketsTotal: Math.max(
            history.length + 1,
            Object.values(figures.byStatus).reduce((a, b) => a + b, 0),
          ),
          ticketsOpen: Math.max(1, figures.open),
        },
        current,
        history,
        knowledge: chunks,
        previous,
      }
      const asked = await deps.ai.ask({
        prompt: 'customer_profile',
        sections: profileSections(input),
        schema: ProfileSchema,
        caseId: act.caseId,
        flowId: act.flowId,
        purpose: 'profile',
      })
      const answered = asked.kind === 'answer'
      const checked = answered
        ? checkProfile(asked.value, {
            tickets: [current, ...history],
            chunkIds: chunks.map((chunk) => chunk.chunk_id),
          })
        : { profile: fallbackProfile(input), dropped: [] }

      const profileId = await saveProfile(deps, act, customer, ref, checked, previous, {
        tickets: [current.ref, ...history.map((one) => one.ref)],
        chunks,
        run: asked.run?.id ?? null,
      })
      return {
        profileId,
        profile: checked.profile,
        dropped: checked.dropped.length,
        language: languageFor(customer, checked.profile.language, current.comments),
        mailKind: await mailKindFor(deps, act, customer),
        ticketsRead: history.length + 1,
        chunksFound: chunks.length,
        writtenBy: answered ? ('model' as const) : ('template' as const),
      }
    },
  })
}

function queryOf(current: { subject: string; comments: { author: string; text: string }[] }): string {
  const asked = current.comments
    .filter((comment) => comment.author === 'customer')
    .map((comment) => comment.text)
  return [current.subject, ...asked].join('\n').slice(0, QUERY_CHARS)
}

/** The language on record; else the one of the profile, which is the one they wrote in. */
function languageFor(
  customer: CustomersTable,
  ofProfile: string | null,
  comments: { author: string; text: string }[],
): string {
  const written = comments.filter((comment) => comment.author === 'customer').map((comment) => comment.text)
  return ofProfile ?? guessLanguage(written.join('\n')) ?? customer.locale ?? 'en'
}

async function mailKindFor(deps: OutreachDeps, act: Act, customer: CustomersTable) {
  const consent = await latestConsent(deps.store.read, act.org, customer.id, 'ai_call')
  return customer.phone && consent?.given === 1 ? ('announce_call' as const) : ('ask_phone' as const)
}

async function saveProfile(
  deps: OutreachDeps,
  act: Act,
  customer: CustomersTable,
  ticket: string,
  checked: ReturnType<typeof checkProfile>,
  previous: Parameters<typeof profileChanges>[0],
  sources: { tickets: string[]; chunks: PackedChunk[]; run: string | null },
): Promise<string> {
  const id = deps.newId('prf')
  const now = deps.clock.now()
  await deps.store.write((tx) =>
    tx.run(
      insertProfile({
        id,
        org: act.org,
        customer_id: customer.id,
        ticket,
        profile: JSON.stringify(checked.profile),
        dropped: JSON.stringify(checked.dropped),
        changes: JSON.stringify(profileChanges(previous, checked.profile)),
        sources: JSON.stringify({ tickets: sources.tickets, chunks: sources.chunks }),
        model_run_id: sources.run,
        created_at: now,
      }),
    ),
  )
  await deps.note({
    type: 'profile_built',
    caseId: act.caseId,
    at: now,
    detail: { profileId: id, dropped: checked.dropped.length, chunks: sources.chunks.length },
  })
  return id
}
