import { claimSections, type Profile } from './profile.ts'
import { plain } from './quote.ts'

export type ProfileChange = { section: string; text: string }

/**
 * What is new and what is gone since the last profile. A claim is the same when it rests on the same words of
 * the same comment: models word the same thing differently every time.
 */
export function profileChanges(
  before: Profile | null,
  after: Profile,
): { added: ProfileChange[]; removed: ProfileChange[] } {
  const old = before ? itemsOf(before) : new Map<string, ProfileChange>()
  const fresh = itemsOf(after)
  return {
    added: [...fresh].filter(([key]) => !old.has(key)).map(([, change]) => change),
    removed: [...old].filter(([key]) => !fresh.has(key)).map(([, change]) => change),
  }
}

function itemsOf(profile: Profile): Map<string, ProfileChange> {
  const claims = claimSections.flatMap((section) =>
    profile[section].map(({ text, evidence }): [string, ProfileChange] => [
      [section, evidence.ticket, evidence.comment, plain(evidence.quote)].join('\n'),
      { section, text },
    ]),
  )
  return new Map([
    ...claims,
    ...profile.missing.map((text): [string, ProfileChange] => [
      `missing\n${plain(text)}`,
      { section: 'missing', text },
    ]),
    ...profile.recommendations.map(({ text, chunk_id }): [string, ProfileChange] => [
      `recommendations\n${chunk_id}`,
      { section: 'recommendations', text },
    ]),
  ])
}
