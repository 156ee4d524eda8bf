import type { FlowRow } from '../api.ts'

/** A planned run is known by what it does, one of a template by its ticket. */
export const headingOf = ({ template, ticket_subject: subject, title }: FlowRow) =>
  (template !== null && subject) || title
