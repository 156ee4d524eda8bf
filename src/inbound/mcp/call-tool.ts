import type { Logger } from 'pino'
import type { z } from 'zod'
import { askFirst, reachesCustomers, refusalOf, type SkillPolicy } from '../../flows/index.ts'
import { InDoubt, InputError, Refused, VendorError } from '../../ops/errors.ts'
import type { Clock } from '../../ports/index.ts'
import { parseInput, type Role, type Skill, type Skills } from '../../skills/index.ts'
import type { Store } from '../../store/index.ts'
import type { OrgId, WorkQueue } from '../../work/index.ts'
import { type Caller, scopes } from '../auth.ts'
import { classOf, flowSummary, type OwnTool, scopeOf } from './tools.ts'

export type CallDeps = {
  store: Store
  clock: Clock
  newId: (prefix: string) => string
  queue: WorkQueue
  skills: Skills
  policy: SkillPolicy
  org: OrgId
  log: Logger
}

/** A tool's answer as MCP carries it: text for the model, the same as data for programs. */
export type ToolResult = {
  content: { type: 'text'; text: string }[]
  structuredContent: Record<string, unknown>
  isError?: true
}

/** One call, with the key that the agent gave it, if it did. */
export type ToolCall = { input: unknown; key: string | null; caller: Caller }

/** Why the caller may not use a skill, by their token or by the policy; undefined where they may. */
export function refusalFor({ policy }: CallDeps, caller: Caller, skill: Skill): Error | undefined {
  const needed = scopeOf(skill)
  if (scopes.indexOf(caller.scope) < scopes.indexOf(needed))
    return new InputError('missing_scope', `This needs a token with the scope "${needed}".`, { status: 403 })
  const why = refusalOf(policy, skill, { role: roleOf(caller), segments: [] })
  return why === undefined ? undefined : new Refused('policy', `Not carried out: ${why}.`)
}

const roleOf = ({ scope }: Caller): Role => (scope === 'admin' ? 'admin' : 'agent')

/** Runs a skill, or asks a person first where it reaches a customer. What goes wrong is a result, too. */
export function callSkill(deps: CallDeps, skill: Skill, call: ToolCall): Promise<ToolResult> {
  return answer(deps.log, async () => {
    const refusal = refusalFor(deps, call.caller, skill)
    if (refusal) throw refusal
    const input = parseInput(skill, call.input)
    return (await needsApproval(deps, skill, input)) ? askPerson(deps, skill, call) : act(deps, skill, call)
  })
}

export const callOwnTool = (deps: CallDeps, tool: OwnTool, { input }: ToolCall): Promise<ToolResult> =>
  answer(deps.log, () => tool.run(parsed(tool.name, tool.input, input)))

/** What reaches a customer, be it by a flow that it starts. Throws InputError for a template that is not there. */
async function needsApproval({ store, skills, org }: CallDeps, skill: Skill, input: unknown) {
  if (classOf(skill) === 'contact' || skill.isSeenByCustomer?.(input)) return true
  const template = skill.starts?.(input)
  return template !== undefined && reachesCustomers({ read: store.read, skills }, org, template)
}

async function act({ skills, newId, org, log }: CallDeps, skill: Skill, { input, key, caller }: ToolCall) {
  const output = await skills.act(skill.name, input, {
    org,
    cause: `mcp:${caller.actor}:${key ?? newId('req')}`,
    actor: caller.actor,
    caseId: null,
    flowId: null,
    fence: null,
    depth: 0,
    log,
  })
  return isObject(output) ? output : { output }
}

async function askPerson(deps: CallDeps, skill: Skill, { input, key, caller }: ToolCall) {
  const flow = await askFirst(deps, deps.org, {
    skill,
    input,
    by: caller.actor,
    role: roleOf(caller),
    from: 'mcp',
    ...(key === null ? {} : { key: `mcp:${caller.actor}:${skill.name}:${key}` }),
  })
  const { flow_id, title, status, waiting_for, waiting_until } = await flowSummary(
    deps.store,
    deps.org,
    flow.id,
  )
  const next = 'A person must approve this first; nothing has been done yet. Ask get_flow what became of it.'
  return { flow_id, title, status, waiting_for, waiting_until, next }
}

async function answer(log: Logger, run: () => Promise<Record<string, unknown>>): Promise<ToolResult> {
  try {
    const output = await run()
    return { content: [{ type: 'text', text: JSON.stringify(output) }], structuredContent: output }
  } catch (error) {
    const problem = problemOf(error)
    if (problem.code === 'unexpected') log.error({ err: error }, 'a tool failed')
    const lines = problem.errors.map(({ path, message }) => `${path}: ${message}`)
    return {
      isError: true,
      content: [{ type: 'text', text: [`${problem.code}: ${problem.message}`, ...lines].join('\n') }],
      structuredContent: { error: problem },
    }
  }
}

function problemOf(error: unknown) {
  if (error instanceof InputError) return { code: error.code, message: error.message, errors: error.issues }
  if (error instanceof Refused || error instanceof VendorError || error instanceof InDoubt)
    return { code: error.code, message: error.message, errors: [] }
  return {
    code: 'unexpected',
    message: 'Something went wrong here; the hub’s log has the details.',
    errors: [],
  }
}

function parsed(name: string, schema: z.ZodType, input: unknown): unknown {
  const result = schema.safeParse(input ?? {})
  if (result.success) return result.data
  throw new InputError('bad_input', `The input of ${name} does not fit.`, {
    issues: result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  })
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
