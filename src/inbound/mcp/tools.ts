import { z } from 'zod'
import { listTemplates, needFlow } from '../../flows/index.ts'
import type { EffectClass, Skill } from '../../skills/index.ts'
import type { Store } from '../../store/index.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import type { OrgId } from '../../work/index.ts'
import type { Scope } from '../auth.ts'
import { pageOf } from '../routes.ts'

/** A tool as MCP lists it. */
export type Tool = {
  name: string
  title: string
  description: string
  inputSchema: { type: 'object'; [key: string]: unknown }
  annotations: {
    title: string
    readOnlyHint: boolean
    destructiveHint: boolean
    idempotentHint: boolean
    openWorldHint: boolean
  }
}

/** What a tool does at most; what ends in reaching a customer is a contact, whoever does it in the end. */
export const classOf = (skill: Skill): EffectClass => (skill.reaches ? 'contact' : skill.effect)

/** Looking takes `read`, acting `write`; what only managers may have done takes `admin`, as over REST. */
export function scopeOf(skill: Skill): Scope {
  if ((skill.role ?? 'agent') !== 'agent') return 'admin'
  return skill.effect === 'read' ? 'read' : 'write'
}

export function toolOf(skill: Skill): Tool {
  const { name, title, description, effect } = skill
  const asksFirst = classOf(skill) === 'contact'
  return {
    name,
    title,
    description: [description, ...(asksFirst ? [ASKS_FIRST] : skill.starts ? [MAY_ASK_FIRST] : [])].join(' '),
    inputSchema: { ...z.toJSONSchema(skill.input, { io: 'input', unrepresentable: 'any' }), type: 'object' },
    annotations: {
      title,
      readOnlyHint: effect === 'read',
      // What asks a person first destroys nothing by itself.
      destructiveHint: effect !== 'read' && !asksFirst && !skill.undo,
      idempotentHint: effect === 'read',
      openWorldHint: effect !== 'read',
    },
  }
}

const ASKS_FIRST =
  'It reaches the customer, so a person approves it first: the answer names the flow that waits for that; get_flow tells what became of it.'

const MAY_ASK_FIRST =
  'Where a flow of the template can reach a customer, a person approves the start first: the answer names the flow that waits for that.'

/** Tools beside the skills: how flows stand, and what can be started. */
export type OwnTool = {
  name: string
  title: string
  description: string
  input: z.ZodType
  run(input: unknown): Promise<Record<string, unknown>>
}

const TEMPLATES_SHOWN = 50
const After = z.object({ after: z.string().optional().describe('`next` of the answer before') })

const FlowId = z.object({ id: z.string().min(1).describe('Its id, like flw_…') })

export function ownTools({ store, org }: { store: Store; org: OrgId }): OwnTool[] {
  return [
    {
      name: 'get_flow',
      title: 'How a flow stands',
      description:
        'Status of a flow, what it waits for and until when, and its steps with their results. Changes nothing.',
      input: FlowId,
      run: (input) => flowSummary(store, org, FlowId.parse(input).id),
    },
    {
      name: 'list_templates',
      title: 'The templates that flows can be started from',
      description:
        'Names, descriptions and parameters of the templates, by name. Starts nothing: start_flow does.',
      input: After,
      async run(input) {
        const { after } = After.parse(input)
        const rows = await listTemplates(store.read, org, { limit: TEMPLATES_SHOWN + 1, after })
        const { data, nextCursor } = pageOf(
          rows,
          TEMPLATES_SHOWN,
          (row) => row.name,
          ({ name, description, params }) => ({ name, description, params }),
        )
        return { templates: data, next: nextCursor }
      },
    },
  ]
}

export const ownToolOf = ({ name, title, description, input }: OwnTool): Tool => ({
  name,
  title,
  description,
  inputSchema: { ...z.toJSONSchema(input, { io: 'input' }), type: 'object' },
  annotations: {
    title,
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
})

/** What of a flow matters to who asked for it. Throws InputError `unknown_flow`. */
export async function flowSummary(store: Store, org: OrgId, id: string) {
  const flow = await needFlow(store.read, org, id)
  const steps = await getSteps(store.read, flow)
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
  return {
    flow_id: flow.id,
    title: flow.title,
    status: flow.status,
    outcome: flow.outcome,
    waiting_for: flow.waiting_for,
    waiting_until: iso(flow.waiting_until),
    error: flow.last_error,
    steps: steps.map(({ position, title, type, skill, status, error, result }) => ({
      position,
      title,
      type,
      skill,
      status,
      error,
      result: result === null ? null : (JSON.parse(result) as unknown),
    })),
  }
}
