import { z } from 'zod'
import { type AreaContext, defineArea } from './area.ts'
import { list, mailbox } from './fields.ts'

export const email = defineArea({
  title: 'E-mail',
  env: z.object({
    EMAIL_PROVIDER: z
      .string()
      .optional()
      .describe('Which configured mail provider sends: resend, sendgrid or smtp; the only one when not set'),
    EMAIL_FROM: mailbox()
      .optional()
      .describe('Who mails come from, like: Example Help <help@example.com>; needed with a mail provider'),
    EMAIL_REPLY_TO: z
      .email({ error: 'it must be an e-mail address alone, like reply@in.example.com' })
      .optional()
      .describe('Where replies go: an inbound address of the mail provider; EMAIL_FROM when not set'),
  }),
  read(env, context) {
    const provider = chosen('EMAIL_PROVIDER', env.EMAIL_PROVIDER, 'mailer', context)
    if (provider && !env.EMAIL_FROM)
      context.mistake(
        `EMAIL_FROM is missing: mail through ${provider} needs it, like Example Help <help@example.com>`,
      )
    return {
      provider,
      from: env.EMAIL_FROM ?? null,
      replyTo: env.EMAIL_REPLY_TO ?? env.EMAIL_FROM?.email ?? null,
    }
  },
})

export const voice = defineArea({
  title: 'Voice',
  env: z.object({
    VOICE_PROVIDER: z
      .string()
      .optional()
      .describe('Which configured voice provider calls: vapi, bland or millis; the only one when not set'),
  }),
  read: (env, context) => ({ provider: chosen('VOICE_PROVIDER', env.VOICE_PROVIDER, 'voice', context) }),
})

/** The provider that was named, else the only one there is; null where there is none. */
function chosen(
  variable: string,
  name: string | undefined,
  port: 'mailer' | 'voice',
  { providers, mistake }: AreaContext,
): string | null {
  const { on, known } = providers(port)
  if (name === undefined) {
    if (on.length > 1)
      mistake(`${variable} is missing: ${on.join(' and ')} are both configured; name the one to use`)
    return on[0] ?? null
  }
  if (on.includes(name)) return name
  mistake(
    known.includes(name)
      ? `${variable} is "${name}", but ${name} is not configured: set its variables, or name another`
      : `${variable} is "${name}": it must be one of ${known.join(', ')}`,
  )
  return null
}

const ROLE_MEMBER = /^(slack:(group:)?[A-Z0-9]+|discord:(role:)?\d+)$/

const members = () =>
  list()
    .refine(
      (items) => items.every((item) => ROLE_MEMBER.test(item)),
      'it must be members with commas between: slack:U…, slack:group:S…, discord:… or discord:role:… with their ids',
    )
    .prefault('')

export const roles = defineArea({
  title: 'Who may do what in chat (no effect in this version: chat shows, it takes no commands)',
  env: z.object({
    ROLES_ADMIN: members().describe(
      'Who may do everything: slack:U…, slack:group:S…, discord:role:…, discord:…',
    ),
    ROLES_MANAGER: members().describe('Who may change rules, and all that agents may'),
    ROLES_AGENT: members().describe('Who may work on tickets, flows and escalations'),
  }),
  read: (env, { sandbox }) => ({
    everybody: sandbox,
    admin: env.ROLES_ADMIN,
    manager: env.ROLES_MANAGER,
    agent: env.ROLES_AGENT,
  }),
})
