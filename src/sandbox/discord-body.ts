import { z } from 'zod'
import { plainWords } from './rooms.ts'

const Embed = z.looseObject({
  title: z.string().max(256).nullish(),
  description: z.string().max(4096).nullish(),
  fields: z
    .array(z.looseObject({ name: z.string().min(1).max(256), value: z.string().min(1).max(1024) }))
    .max(25)
    .nullish(),
  footer: z.looseObject({ text: z.string().max(2048) }).nullish(),
  author: z.looseObject({ name: z.string().max(256) }).nullish(),
})

/** A message's body with Discord's limits (discord-api-docs developers/resources/message#embed-object-embed-limits). */
export const DiscordBody = z.looseObject({
  content: z.string().max(2000).nullish(),
  embeds: z.array(Embed).max(10).nullish(),
  components: z.array(z.unknown()).max(40).nullish(),
  flags: z.int().nullish(),
  nonce: z.union([z.string().max(25), z.int()]).nullish(),
  enforce_nonce: z.boolean().nullish(),
  allowed_mentions: z.looseObject({ parse: z.array(z.string()).nullish() }).nullish(),
  username: z.string().max(80).nullish(),
})
export type DiscordBody = z.infer<typeof DiscordBody>

const IS_COMPONENTS_V2 = 1 << 15
const MAX_EMBED_TEXT = 6000

/** What is wrong with a body beyond its shape. */
export function bodyMistake(body: DiscordBody): { empty: boolean; text: string } | undefined {
  const { content, embeds, components } = body
  const isV2 = ((body.flags ?? 0) & IS_COMPONENTS_V2) !== 0
  if (isV2 && (content || embeds?.length))
    return { empty: false, text: 'content and embeds cannot be used with components V2' }
  if (!content && !embeds?.length && !components?.length) return { empty: true, text: 'nothing to say' }
  const text = (embeds ?? []).flatMap((embed) => plainWords([embed])).join('')
  return text.length > MAX_EMBED_TEXT ? { empty: false, text: 'embeds exceed 6000 characters' } : undefined
}

/** What a person sees. */
export function readable(body: DiscordBody): string {
  return [body.content ?? '', ...plainWords([body.embeds, body.components])].filter(Boolean).join('\n')
}
