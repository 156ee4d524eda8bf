import { type Executor, type FlowTemplatesTable, insertInto, prepared, qb } from '../index.ts'

/** Templates that people saved; a version is never changed. */

export const insertFlowTemplate = insertInto('flow_templates', [
  'org',
  'name',
  'version',
  'definition',
  'created_by',
  'from_flow',
  'created_at',
])

const newest = prepared<{ org: string; name: string }, FlowTemplatesTable>((p) =>
  qb
    .selectFrom('flow_templates')
    .selectAll()
    .where('org', '=', p.org)
    .where('name', '=', p.name)
    .orderBy('version', 'desc')
    .limit(1),
)

export const newestTemplate = (read: Executor, org: string, name: string) => read.first(newest({ org, name }))
