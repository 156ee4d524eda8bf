import { z } from 'zod'
import {
  Bounds,
  listTemplates,
  needListed,
  ParamFrom,
  saveTemplate,
  TemplateDefinition,
  templateOfFlow,
} from '../../flows/index.ts'
import { InputError } from '../../ops/errors.ts'
import { defineRoute, pageOf, pageQuery, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { personOf } from './flows.ts'
import { pageShape } from './shapes/parts.ts'
import { SavedTemplate, Template } from './shapes/starting.ts'

const { name, description, params, deadline, assigned_to_ai } = TemplateDefinition.shape

const Written = z.object({
  name,
  title: z.string().min(1).max(255),
  description: description.default(''),
  params: params.default({}),
  deadline: deadline.default('30d'),
  assigned_to_ai,
  bounds: Bounds.partial().default({}),
  steps: z.array(z.unknown()).describe('As `GET /ai/flow-templates` shows them'),
})
const OfFlow = z.object({
  name,
  from_flow: z.string(),
  title: z.string().min(1).max(255).optional(),
  description: description.optional(),
  params: z.record(z.string(), ParamFrom).default({}),
})
/** Both as one, for whoever reads how it is called; which of them it is decides what it is held to. */
const Body = z.object({
  name: name.describe('Saved again under it, it is the next version'),
  title: z.string().max(255).optional().describe('May read parameters: `Remind {{params.who}}`'),
  description: z.string().optional().describe('When to use it'),
  params: z
    .record(z.string(), z.unknown())
    .default({})
    .describe(
      'By name {type, description, required, default, choices}; with `from_flow` also `from`, the place of its value',
    ),
  from_flow: z.string().optional().describe('Id of a finished flow whose steps the template takes'),
  steps: z
    .array(z.unknown())
    .optional()
    .describe('As `GET /ai/flow-templates` shows them; not with `from_flow`'),
  deadline: z.string().optional().describe('Past it a flow is reported to a person; 30d unless said'),
  assigned_to_ai: z.boolean().optional().describe('Only for tickets that are assigned to AI'),
  bounds: Bounds.partial().optional().describe('Lower than what is configured: what a flow may use up'),
})

/** Templates: the hub's own and those that people saved. */
export function flowTemplateRoutes(deps: ApiDeps): Route[] {
  const { store, org } = deps
  return [
    defineRoute({
      method: 'get',
      path: '/ai/flow-templates',
      summary: 'The templates with their parameters and steps, by name; of saved ones the newest version',
      scope: 'read',
      query: pageQuery,
      answer: pageShape(Template),
      async run({ query: { limit, cursor } }) {
        const rows = await listTemplates(store.read, org, { limit: limit + 1, after: cursor })
        return pageOf(
          rows,
          limit,
          (row) => row.name,
          (row) => row,
        )
      },
    }),
    defineRoute({
      method: 'get',
      path: '/ai/flow-templates/:name',
      summary: 'One template, in its newest version or in the one that is asked for',
      scope: 'read',
      params: z.object({ name: z.string() }),
      query: z.object({
        version: z.coerce.number().int().min(1).optional().describe('The newest unless said'),
      }),
      answer: Template,
      run: ({ params, query }) => needListed(store.read, org, params.name, query.version),
    }),
    defineRoute({
      method: 'post',
      path: '/ai/flow-templates',
      summary:
        'Save a template, written out or made from a finished flow; the same name again is its next version',
      scope: 'write',
      status: 201,
      body: Body,
      answer: SavedTemplate,
      async run({ body, caller }) {
        const by = { ...personOf(caller), fromFlow: body.from_flow ?? null }
        const template = await saveTemplate(deps.editing, org, await given(body), by)
        return { success: true, template }
      },
    }),
  ]

  async function given(body: z.infer<typeof Body>) {
    if (body.from_flow === undefined) return parsed(Written, body)
    const { from_flow: flow, name, ...rest } = parsed(OfFlow, body)
    return { name, ...(await templateOfFlow(store.read, org, { flow, ...rest })) }
  }
}

function parsed<Shape>(schema: z.ZodType<Shape>, body: unknown): Shape {
  const read = schema.safeParse(body)
  if (read.success) return read.data
  throw new InputError('bad_input', 'The template does not fit.', {
    issues: read.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  })
}
