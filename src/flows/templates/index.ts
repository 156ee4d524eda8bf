import { TemplateDefinition } from '../definition.ts'
import { resolveTicket } from './resolve-ticket.ts'

/** The templates that come with the hub, by name. */
export const templates: ReadonlyMap<string, TemplateDefinition> = new Map(
  [resolveTicket].map((template) => [template.name, TemplateDefinition.parse(template)]),
)
