import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js'
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Caller } from '../auth.ts'
import { pageOfAll } from '../routes.ts'
import { type CallDeps, callOwnTool, callSkill, refusalFor } from './call-tool.ts'
import { ownToolOf, ownTools, toolOf } from './tools.ts'

const PAGE = 100
const KEY = 'switchboard/idempotency-key'
const Meta = z.object({ [KEY]: z.string().min(1).max(200) })

const INSTRUCTIONS =
  'The skills of a support team’s hub. Tools that reach a customer do not act at once: they start a flow that waits for a person’s approval, and get_flow tells how it stands.'

export type McpDeps = CallDeps & { version: string }

/** Answers one request, without a session: any process of the hub can answer the next one (see docs/mcp.md). */
export async function answerMcp(deps: McpDeps, caller: Caller, request: Request, response: Response) {
  const server = serverFor(deps, caller)
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  response.on('close', () => void server.close())
  // The transport's optional callbacks are declared in a way that our stricter compiler does not take.
  await server.connect(transport as Parameters<typeof server.connect>[0])
  await transport.handleRequest(request, response, request.body)
}

function serverFor(deps: McpDeps, caller: Caller): Server {
  const skills = deps.skills.list().filter(({ internal }) => !internal)
  const own = ownTools(deps)
  const server = new Server(
    { name: 'switchboard', title: 'Switchboard', version: deps.version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  )
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const usable = skills.filter((skill) => !refusalFor(deps, caller, skill))
    const tools = [...usable.map(toolOf), ...own.map(ownToolOf)]
    const page = { limit: PAGE, ...(params?.cursor ? { cursor: params.cursor } : {}) }
    const { data, nextCursor } = pageOfAll(tools, page, ({ name }) => name)
    return { tools: data, ...(nextCursor === null ? {} : { nextCursor }) }
  })
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const meta = Meta.safeParse(params._meta)
    const call = { input: params.arguments ?? {}, key: meta.success ? meta.data[KEY] : null, caller }
    const skill = skills.find(({ name }) => name === params.name)
    if (skill) return callSkill(deps, skill, call)
    const tool = own.find(({ name }) => name === params.name)
    if (tool) return callOwnTool(deps, tool, call)
    throw new McpError(ErrorCode.InvalidParams, `There is no tool "${params.name}".`)
  })
  return server
}
