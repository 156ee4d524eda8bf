import { InputError } from '../../ops/errors.ts'
import { nearest } from '../../ops/nearest.ts'
import type { Executor } from '../../store/index.ts'
import { newestTemplate, savedTemplates } from '../../store/rows/flow-templates.ts'
import { TemplateDefinition } from '../definition.ts'
import { templates } from './index.ts'

/** Saved versions never change, so each is parsed once; compiling goes by the object. */
const parsed = new Map<string, TemplateDefinition>()
const PARSED_MAX = 500

/** A template by its name: one of the hub's own, else the newest version of a saved one. */
export async function findTemplate(
  read: Executor,
  org: string,
  name: string,
): Promise<TemplateDefinition | undefined> {
  const own = templates.get(name)
  if (own) return own
  const row = await newestTemplate(read, org, name)
  if (!row) return undefined
  const key = JSON.stringify([org, name, row.version, row.definition])
  const known = parsed.get(key)
  if (known) return known
  const template = TemplateDefinition.parse(JSON.parse(row.definition))
  if (parsed.size >= PARSED_MAX) parsed.clear()
  parsed.set(key, template)
  return template
}

/** Like `findTemplate`. Throws InputError 404 with what there is. */
export async function needTemplate(read: Executor, org: string, name: string): Promise<TemplateDefinition> {
  const template = await findTemplate(read, org, name)
  if (template) return template
  throw await unknownTemplate(read, org, name)
}

const NAMES_SHOWN = 50

/** What to say to a name that no template has: the one that was meant, if that is plain, and what there is. */
export async function unknownTemplate(read: Executor, org: string, name: string): Promise<InputError> {
  const saved = await savedTemplates(read, org, { after: '', limit: NAMES_SHOWN })
  const names = [...templates.keys(), ...saved.map((row) => row.name)]
  const meant = nearest(name, names)
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
  return new InputError('unknown_template', `There is no template "${name}".${hint}`, {
    status: 404,
    issues: [{ path: 'template', message: `one of ${names.join(', ')}` }],
  })
}
