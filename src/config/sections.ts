import type { z } from 'zod'
import type { Integration } from '../ports/index.ts'
import { email, roles, voice } from './channels.ts'
import { type Described, describeField } from './describe.ts'
import { logging, secrets, server, store } from './hub.ts'
import { calls, company, contacts, escalations, flows, model, waiting, wallet } from './job.ts'
import { skills } from './policy.ts'

/** Every area, in the order that `.env.example` has them. */
export const areas = {
  server,
  store,
  secrets,
  logging,
  company,
  contacts,
  skills,
  waiting,
  flows,
  model,
  email,
  voice,
  calls,
  escalations,
  roles,
  wallet,
}

export type Variable = Described & { name: string }
export type Section = { title: string; variables: Variable[] }

/** Every variable that the hub knows, under the title of its area or integration. */
export function sections(integrations: Integration[]): Section[] {
  return [
    ...Object.values(areas).map((area) => section(area.title, area.env)),
    ...integrations
      .map((integration) => section(integration.title, integration.config))
      .filter(({ variables }) => variables.length > 0),
  ]
}

function section(title: string, schema: z.ZodObject): Section {
  const variables = Object.entries(schema.shape).map(([name, field]) => ({ name, ...describeField(field) }))
  return { title, variables }
}
