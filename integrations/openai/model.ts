import { APIError, BadRequestError, UnprocessableEntityError } from 'openai'
import type {
  ChatCompletion,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions'
import { backoff, messageOf, VendorError } from '../../src/ops/errors.ts'
import type { Check, LanguageModel, ModelAnswer, ModelRequest, PortDeps } from '../../src/ports/index.ts'
import { createOpenAiClient, isOpenAi, type Server, toVendorError } from './client.ts'
import { type Abilities, firstAbilities, stepDown } from './ladder.ts'

/** A model behind Chat Completions. One of these is one model on one server, so it keeps what that understands. */
export function createModel(server: Server, deps: Pick<PortDeps, 'log'>): LanguageModel {
  const client = createOpenAiClient(server)
  let abilities = firstAbilities(isOpenAi(server.baseUrl))

  async function complete(request: ModelRequest): Promise<ModelAnswer> {
    const tried = new Set<string>()
    let trying = abilities
    for (;;) {
      tried.add(JSON.stringify(trying))
      try {
        const answer = await client.chat.completions.create(bodyOf(server.model, request, trying), {
          signal: request.signal,
        })
        abilities = trying
        return answerOf(answer, server)
      } catch (error) {
        const nonsense = failedGeneration(error)
        if (nonsense !== undefined) return unusable(nonsense, server.model)
        const next = isRefusal(error) ? stepDown(trying, error, tried) : undefined
        if (!next) throw error instanceof VendorError ? error : toVendorError(error, server)
        deps.log.info(
          { vendor: server.name, model: server.model, from: trying, to: next },
          `the model server does not take this: ${messageOf(error).slice(0, 200)}`,
        )
        trying = next
      }
    }
  }

  return { name: server.name, model: server.model, complete, check: () => checkModel(client, server) }
}

function isRefusal(error: unknown): error is BadRequestError | UnprocessableEntityError {
  return error instanceof BadRequestError || error instanceof UnprocessableEntityError
}

function bodyOf(
  model: string,
  { messages, schema, maxOutputTokens, temperature }: ModelRequest,
  abilities: Abilities,
): ChatCompletionCreateParamsNonStreaming {
  const inWords = schema !== undefined && abilities.json !== 'json_schema'
  return {
    model,
    messages: inWords ? withSchema(messages, schema.jsonSchema) : messages.map((message) => ({ ...message })),
    [abilities.limit]: maxOutputTokens,
    ...(abilities.temperature && { temperature }),
    ...(schema && abilities.json === 'json_object' && { response_format: { type: 'json_object' as const } }),
    ...(schema &&
      abilities.json === 'json_schema' && {
        response_format: {
          type: 'json_schema' as const,
          json_schema: { name: schema.name, schema: schema.jsonSchema, strict: true },
        },
      }),
  }
}

/** Into the first system message: some chat templates allow no second one. */
function withSchema(messages: ModelRequest['messages'], schema: object): ChatCompletionMessageParam[] {
  const words = `Answer with one JSON object and nothing else. It must match this JSON Schema:\n${JSON.stringify(schema)}`
  const [first, ...rest] = messages
  if (first?.role !== 'system') return [{ role: 'system', content: words }, ...messages]
  return [{ role: 'system', content: `${first.content}\n\n${words}` }, ...rest]
}

function answerOf(answer: ChatCompletion, server: Server): ModelAnswer {
  const choice = answer.choices?.[0]
  if (!choice) {
    throw new VendorError({
      code: 'vendor_unavailable',
      vendor: server.name,
      retry: backoff,
      hint: 'The model server answered without a choice',
    })
  }
  const { content, refusal } = choice.message
  return {
    text: refusal ?? withoutThinking(content ?? ''),
    model: answer.model || server.model,
    finish: refusal ? 'refused' : finishOf(choice.finish_reason),
    usage: { input: answer.usage?.prompt_tokens ?? 0, output: answer.usage?.completion_tokens ?? 0 },
  }
}

function finishOf(reason: string | null): ModelAnswer['finish'] {
  if (reason === 'stop' || reason === 'length') return reason
  return reason === 'content_filter' ? 'refused' : 'other'
}

/** Reasoning models on local servers put their thoughts before the answer. */
function withoutThinking(text: string): string {
  return text.replace(/^\s*<think>[\s\S]*?<\/think>\s*/, '')
}

/** Groq answers 400 `json_validate_failed` with what the model wrote: an unusable answer, not a failure. */
function failedGeneration(error: unknown): string | undefined {
  if (!(error instanceof APIError) || error.code !== 'json_validate_failed') return undefined
  const body: unknown = error.error
  const has = typeof body === 'object' && body !== null && 'failed_generation' in body
  return has ? String(body.failed_generation) : ''
}

function unusable(text: string, model: string): ModelAnswer {
  return { text, model, finish: 'other', usage: { input: 0, output: 0 } }
}

async function checkModel(client: ReturnType<typeof createOpenAiClient>, server: Server): Promise<Check> {
  try {
    const { data } = await client.models.list()
    const ids = data.map(({ id }) => id)
    // Ollama lists `llama3:latest` and takes `llama3`; a server that lists nothing may still answer.
    const known =
      ids.length === 0 || ids.some((id) => id === server.model || id.startsWith(`${server.model}:`))
    if (known) return { ok: true, detail: `${server.model} is there` }
    return {
      ok: false,
      detail: `the server does not list ${server.model}`,
      hint: `Set ${server.variable} to one of its models, like ${ids.slice(0, 5).join(', ')}`,
    }
  } catch (error) {
    const problem = toVendorError(error, server)
    if (problem.code === 'vendor_not_found') {
      return { ok: true, detail: 'the server has no list of models; the first question will show' }
    }
    return { ok: false, detail: problem.message, hint: problem.hint }
  }
}
