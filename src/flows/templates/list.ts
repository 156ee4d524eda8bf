import { InputError } from '../../ops/errors.ts'
import type { Executor, FlowTemplatesTable } from '../../store/index.ts'
import {
  newestTemplate,
  savedTemplateAt,
  savedTemplates,
  templateVersions,
} from '../../store/rows/flow-templates.ts'
import { TemplateDefinition } from '../definition.ts'
import { unknownTemplate } from './find.ts'
import { templates } from './index.ts'

/** A template with where it comes from. */
export type ListedTemplate = TemplateDefinition & {
  source: 'hub' | 'saved'
  versions: number[]
  created_by: string | null
  from_flow: string | null
  created_at: number | null
}

/** The newest version of every template whose name comes after `after`, by name; `limit` at most. */
export async function listTemplates(
  read: Executor,
  org: string,
  { limit, after = '' }: { limit: number; after?: string | undefined },
): Promise<ListedTemplate[]> {
  const own = [...templates.values()].filter(({ name }) => name > after).map(ownTemplate)
  const saved = (await savedTemplates(read, org, { after, limit })).filter(({ name }) => !templates.has(name))
  const versions = await templateVersions(
    read,
    org,
    saved.map(({ name }) => name),
  )
  const listed = saved.map((row) =>
    savedTemplate(
      row,
      versions.filter(({ name }) => name === row.name).map(({ version }) => version),
    ),
  )
  return [...own, ...listed].toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, limit)
}

/** One template, newest or in that version. Throws InputError 404 `unknown_template`. */
export async function needListed(
  read: Executor,
  org: string,
  name: string,
  version?: number,
): Promise<ListedTemplate> {
  const own = templates.get(name)
  if (own && (version === undefined || version === own.version)) return ownTemplate(own)
  const row = own
    ? undefined
    : await (version === undefined
        ? newestTemplate(read, org, name)
        : savedTemplateAt(read, org, name, version))
  if (row)
    return savedTemplate(
      row,
      (await templateVersions(read, org, [name])).map((one) => one.version),
    )
  if (version === undefined) throw await unknownTemplate(read, org, name)
  throw new InputError('unknown_template', `There is no version ${version} of "${name}".`, { status: 404 })
}

const ownTemplate = (template: TemplateDefinition): ListedTemplate => ({
  ...template,
  source: 'hub',
  versions: [template.version],
  created_by: null,
  from_flow: null,
  created_at: null,
})

const savedTemplate = (row: FlowTemplatesTable, versions: number[]): ListedTemplate => ({
  ...TemplateDefinition.parse(JSON.parse(row.definition)),
  source: 'saved',
  versions,
  created_by: row.created_by,
  from_flow: row.from_flow,
  created_at: row.created_at,
})
