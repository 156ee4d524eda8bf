import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { ContextPack, defineSkill } from '../../skills/index.ts'
import { getCustomer, latestProfile } from '../../store/rows/customers.ts'
import { buildCallScript, defaultMayNotPromise, defaultMayPromise } from '../call-script.ts'
import { ProfileSchema } from '../profile.ts'
import { ProfileSources } from './build-profile.ts'
import { fetchTicket } from './case-history.ts'
import type { OutreachDeps } from './deps.ts'

/** What a call is for, in one sentence; the success criterion and the judgement of the outcome rest on it. */
export function goalOf(subject: string): string {
  return `settle the customer's request "${subject.slice(0, 150)}" so that nothing is left open for them`
}

export function prepareCall(deps: OutreachDeps) {
  return defineSkill({
    name: 'prepare_call',
    title: 'Prepare the call',
    description:
      'Builds what the voice assistant knows and may say: company, customer, ticket, promises, facts with sources. Dials nothing.',
    effect: 'read',
    input: z.object({ customerId: z.string(), ticket: z.string(), language: z.string() }),
    output: z.object({ pack: ContextPack, leftOut: z.number() }),
    async run({ customerId, ticket: ref, language }, act) {
      const prompt = deps.prompts.get('call_script')
      const customer = await getCustomer(deps.store.read, act.org, customerId)
      const stored = await latestProfile(deps.store.read, act.org, customerId)
      if (!prompt || !customer || !stored)
        throw new InputError('no_profile', 'Build the profile before the call.')
      const { ticket } = await fetchTicket(deps.desks, ref)
      const profile = ProfileSchema.parse(JSON.parse(stored.profile))
      const recommended = new Set(profile.recommendations.map((one) => one.chunk_id))
      const { chunks } = ProfileSources.parse(JSON.parse(stored.sources))
      const script = buildCallScript(prompt, {
        company: { name: deps.company.name, about: deps.company.about },
        customer: { name: customer.name, language },
        ticket: { ref, subject: ticket.subject },
        goal: goalOf(ticket.subject),
        profile,
        facts: chunks.toSorted(
          (a, b) => Number(recommended.has(b.chunk_id)) - Number(recommended.has(a.chunk_id)),
        ),
        mayPromise: defaultMayPromise,
        mayNotPromise: defaultMayNotPromise,
      })
      const { leftOut, ...pack } = script
      return { pack, leftOut }
    },
  })
}
