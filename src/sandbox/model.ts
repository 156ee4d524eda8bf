import { z } from 'zod'
import type { StandInDeps } from './deps.ts'
import { type Completion, inMood } from './model-moods.ts'
import { leastOf, schemaMistake, withNulls } from './model-schema.ts'
import { answerOf, taskOf } from './model-tasks.ts'
import { readSections } from './sections.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'

export const MODEL = { apiKey: 'sk-sandbox', model: 'sandbox-scripted-1' } as const

const Content = z.union([
  z.string(),
  z.array(z.looseObject({ text: z.string().default('') })).transform((parts) => parts.map(textOf).join('')),
])
const ChatRequest = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: Content.nullish() })).min(1),
  response_format: z
    .looseObject({
      type: z.string(),
      json_schema: z
        .looseObject({ name: z.string(), schema: z.record(z.string(), z.unknown()).optional() })
        .optional(),
    })
    .nullish(),
  max_tokens: z.number().nullish(),
  max_completion_tokens: z.number().nullish(),
  stream: z.boolean().nullish(),
})
type ChatRequest = z.infer<typeof ChatRequest>

type Deps = Pick<StandInDeps, 'world' | 'clock' | 'uuid' | 'port'>

/**
 * Serves Chat Completions without a model: it knows the task by the schema's name, reads the data back out of
 * the prompt's sections and answers from it. How it misbehaves is `settings.model` of the world.
 */
export function startModelStandIn(deps: Deps): Promise<StandIn> {
  return startStandIn((request) => answer(request, deps), { port: deps.port })
}

function answer(request: StandInRequest, deps: Deps): StandInReply {
  const path = request.path.replace(/^\/v1(?=\/)/, '')
  if (request.headers.authorization !== `Bearer ${MODEL.apiKey}`)
    return problem(401, 'Incorrect API key provided.', 'invalid_api_key')
  if (request.method === 'GET' && path === '/models') return { status: 200, body: modelList() }
  if (request.method === 'GET' && path === `/models/${MODEL.model}`)
    return { status: 200, body: modelList().data[0] }
  if (request.method === 'POST' && path === '/chat/completions') return complete(request.json, deps)
  return problem(404, `Invalid URL (${request.method} ${request.path})`, null)
}

function complete(json: unknown, deps: Deps): StandInReply {
  const parsed = ChatRequest.safeParse(json)
  if (!parsed.success) return problem(400, z.prettifyError(parsed.error), null)
  const request = parsed.data
  if (request.model !== MODEL.model)
    return problem(404, `The model \`${request.model}\` does not exist.`, 'model_not_found')
  if (request.stream) return problem(400, 'The sandbox does not stream.', 'unsupported_value', 'stream')

  const prompt = request.messages.map(({ content }) => content ?? '').join('\n\n')
  const completion = cutToLimit(completionOf(request, prompt, deps), request)
  const used = { prompt: tokensIn(prompt), completion: tokensIn(completion.content ?? '') }
  return {
    status: 200,
    body: {
      id: `chatcmpl-${deps.uuid()}`,
      object: 'chat.completion',
      created: Math.floor(deps.clock.now() / 1000),
      model: MODEL.model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: completion.content, refusal: completion.refusal },
          logprobs: null,
          finish_reason: completion.finish,
        },
      ],
      usage: {
        prompt_tokens: used.prompt,
        completion_tokens: used.completion,
        total_tokens: used.prompt + used.completion,
      },
    },
  }
}

function completionOf(request: ChatRequest, prompt: string, { world }: Deps): Completion {
  const format = request.response_format?.json_schema
  const sections = readSections(prompt)
  const task = taskOf(format?.name, sections)
  if (task === undefined) {
    const text = format?.schema ? JSON.stringify(leastOf(format.schema)) : 'OK.'
    return { content: text, refusal: null, finish: 'stop' }
  }
  const answered = answerOf(task, sections)
  const honest = format?.schema ? withNulls(format.schema, answered) : answered
  const mistake = format?.schema && schemaMistake(format.schema, honest)
  // The hub's schema and this script have grown apart: a fault of ours, which must not look like a model's.
  if (mistake) throw new Error(`The scripted answer does not fit the schema ${task}: ${mistake}`)
  return inMood(world.settings.model, task, sections, honest)
}

function cutToLimit(completion: Completion, request: ChatRequest): Completion {
  const limit = request.max_completion_tokens ?? request.max_tokens
  if (!limit || !completion.content || tokensIn(completion.content) <= limit) return completion
  return { ...completion, content: completion.content.slice(0, limit * CHARS_PER_TOKEN), finish: 'length' }
}

const CHARS_PER_TOKEN = 4

/** Roughly. */
function tokensIn(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN)
}

function modelList() {
  return {
    object: 'list',
    data: [{ id: MODEL.model, object: 'model', created: 1_700_000_000, owned_by: 'sandbox' }],
  }
}

function textOf(part: { text: string }): string {
  return part.text
}

function problem(
  status: number,
  message: string,
  code: string | null,
  param: string | null = null,
): StandInReply {
  return { status, body: { error: { message, type: 'invalid_request_error', param, code } } }
}
