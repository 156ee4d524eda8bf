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

/** The newest version of each, by name. */
export function savedTemplates(
  read: Executor,
  org: string,
  { after, limit }: { after: string; limit: number },
): Promise<FlowTemplatesTable[]> {
  return read.all(
    qb
      .selectFrom('flow_templates')
      .selectAll()
      .where('org', '=', org)
      .where('name', '>', after)
      .where('version', '=', (of) =>
        of
          .selectFrom('flow_templates as all')
          .select((select) => select.fn.max('all.version').as('version'))
          .where('all.org', '=', org)
          .whereRef('all.name', '=', 'flow_templates.name'),
      )
      .orderBy('name')
      .limit(limit),
  )
}

/** Which versions there are of these, oldest first. */
export async function templateVersions(
  read: Executor,
  org: string,
  names: readonly string[],
): Promise<Pick<FlowTemplatesTable, 'name' | 'version'>[]> {
  if (names.length === 0) return []
  return read.all(
    qb
      .selectFrom('flow_templates')
      .select(['name', 'version'])
      .where('org', '=', org)
      .where('name', 'in', names)
      .orderBy('name')
      .orderBy('version'),
  )
}

export const savedTemplateAt = (read: Executor, org: string, name: string, version: number) =>
  read.first(
    qb
      .selectFrom('flow_templates')
      .selectAll()
      .where('org', '=', org)
      .where('name', '=', name)
      .where('version', '=', version),
  )
