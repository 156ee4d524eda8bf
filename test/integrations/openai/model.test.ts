import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { openai } from '../../../integrations/openai/index.ts'
import { type ModelServerMood, modelContract, question } from '../../contracts/model.ts'
import { nocked } from '../nocked.ts'

const CHAT = '/v1/chat/completions'
const deps = { clock: { now: () => 0, at: () => () => {} }, log: pino({ level: 'silent' }) }
const AT_OPENAI = { OPENAI_API_KEY: 'sk-secret', OPENAI_MODEL: 'gpt-test' }
const ELSEWHERE = { OPENAI_BASE_URL: 'http://llm.local/v1', OPENAI_MODEL: 'llama3' }
const SCHEMA = { name: 'mood', jsonSchema: { type: 'object', properties: { mood: { type: 'string' } } } }

const connect = async (env: Record<string, string>, port: 'model' | 'fallbackModel' = 'model') => {
  const model = await openai.ports[port]?.(openai.config.parse(env), deps)
  if (!model) throw new Error('no model')
  return model
}
const says = (content: string | null, more: object = {}, finish_reason = 'stop') => ({
  body: {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-test-2026',
    choices: [{ index: 0, finish_reason, message: { role: 'assistant', content, refusal: null, ...more } }],
    usage: { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 },
  },
})
const refuses = (status: number, error: object) => ({ status, body: { error: { message: 'no', ...error } } })

describe('OpenAI itself', () => {
  const vendor = nocked('https://api.openai.com', 'openai')

  const moods = (mood: ModelServerMood) => {
    if (mood.kind === 'breaks') return vendor.breaks('POST', CHAT, 'ECONNRESET')
    if (mood.kind === 'answers') {
      const headers: Record<string, string> = mood.retryAfterS ? { 'retry-after': `${mood.retryAfterS}` } : {}
      return vendor.answers('POST', CHAT, { ...refuses(mood.status, { code: mood.code ?? null }), headers })
    }
    if (mood.finish === 'refused') return vendor.answers('POST', CHAT, says(null, { refusal: mood.text }))
    return vendor.answers('POST', CHAT, says(mood.text, {}, mood.finish))
  }
  modelContract('OpenAI', async () => ({
    model: await connect(AT_OPENAI),
    next: moods,
    lastAsked: () => JSON.stringify(vendor.calls.at(-1)?.body),
    dispose: async () => {},
  }))

  it('is asked for JSON by a strict schema', async () => {
    vendor.answers('POST', CHAT, says('{}'))
    await (await connect(AT_OPENAI)).complete(question({ schema: SCHEMA }))
    expect(vendor.calls[0]).toMatchObject({
      headers: { authorization: 'Bearer sk-secret' },
      body: {
        model: 'gpt-test',
        max_completion_tokens: 200,
        temperature: 0.2,
        response_format: { type: 'json_schema', json_schema: { name: 'mood', strict: true } },
      },
    })
    expect(vendor.calls[0]?.body).not.toHaveProperty('max_tokens')
  })

  it('is reached as configured, whatever the process has in its environment', async () => {
    vi.stubEnv('OPENAI_BASE_URL', 'http://elsewhere.local/v1')
    vi.stubEnv('OPENAI_ORG_ID', 'org-of-somebody')
    vendor.answers('POST', CHAT, says('yes'))
    await (await connect(AT_OPENAI)).complete(question({}))
    expect(vendor.calls[0]?.headers).not.toHaveProperty('openai-organization')
  })

  it('takes a filtered answer for a refusal', async () => {
    vendor.answers('POST', CHAT, says('', {}, 'content_filter'))
    expect(await (await connect(AT_OPENAI)).complete(question({}))).toMatchObject({ finish: 'refused' })
  })

  it('asks a reasoning model again without a temperature, and remembers', async () => {
    const param = { param: 'temperature', code: 'unsupported_value' }
    vendor.answers('POST', CHAT, refuses(400, param))
    vendor.answers('POST', CHAT, says('a'))
    vendor.answers('POST', CHAT, says('b'))
    const model = await connect(AT_OPENAI)
    await model.complete(question({}))
    await model.complete(question({}))
    expect(vendor.calls.map(({ body }) => 'temperature' in Object(body))).toEqual([true, false, false])
  })

  it('says which variable to change when the model is gone', async () => {
    vendor.answers('POST', CHAT, refuses(404, { code: 'model_not_found' }))
    vendor.answers('POST', CHAT, refuses(404, { code: 'model_not_found' }))
    await expect((await connect(AT_OPENAI)).complete(question({}))).rejects.toMatchObject({
      hint: expect.stringMatching(/gpt-test.*OPENAI_MODEL/),
    })
    const env = { ...AT_OPENAI, OPENAI_FALLBACK_MODEL: 'gpt-spare' }
    await expect((await connect(env, 'fallbackModel')).complete(question({}))).rejects.toMatchObject({
      hint: expect.stringMatching(/gpt-spare.*OPENAI_FALLBACK_MODEL/),
    })
  })

  it('never tells its key', async () => {
    vendor.answers('POST', CHAT, refuses(401, { message: 'Incorrect API key provided: sk-se**ret' }))
    const error = await (await connect(AT_OPENAI)).complete(question({})).catch((thrown: unknown) => thrown)
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('sk-secret')
  })

  it('is not a fallback unless one is configured', async () => {
    expect(await openai.ports.fallbackModel?.(openai.config.parse(AT_OPENAI), deps)).toBeUndefined()
    const halfway = openai.config.safeParse({ ...AT_OPENAI, OPENAI_FALLBACK_API_KEY: 'k' })
    expect(halfway.error?.issues[0]?.path).toEqual(['OPENAI_FALLBACK_MODEL'])
  })
})

describe('a compatible server', () => {
  const vendor = nocked('http://llm.local', 'openai')
  const formats = () =>
    vendor.calls.map(({ body }) => Object(Object(body).response_format).type ?? 'words alone')

  it('is asked with less and less until it understands, and then at once', async () => {
    vendor.answers('POST', CHAT, refuses(400, { message: "'response_format' json_schema is not supported" }))
    vendor.answers('POST', CHAT, refuses(422, { message: 'response_format.type: json_object unknown' }))
    vendor.answers('POST', CHAT, says('{"mood":"calm"}'))
    vendor.answers('POST', CHAT, says('{"mood":"angry"}'))
    const model = await connect(ELSEWHERE)
    expect((await model.complete(question({ schema: SCHEMA }))).text).toBe('{"mood":"calm"}')
    await model.complete(question({ schema: SCHEMA }))
    expect(formats()).toEqual(['json_schema', 'json_object', 'words alone', 'words alone'])
    const asked = vendor.calls[3]?.body as { messages: { role: string; content: string }[] }
    expect(asked.messages.map(({ role }) => role)).toEqual(['system', 'user'])
    expect(asked.messages[0]?.content).toMatch(/You help a hotel\.[\s\S]*JSON Schema[\s\S]*"mood"/)
  })

  it('is asked with max_tokens, and with the newer name when it wants that', async () => {
    vendor.answers(
      'POST',
      CHAT,
      refuses(400, { message: "Use 'max_completion_tokens' instead of max_tokens" }),
    )
    vendor.answers('POST', CHAT, says('yes'))
    await (await connect(ELSEWHERE)).complete(question({}))
    expect(vendor.calls[0]?.body).toMatchObject({ max_tokens: 200 })
    expect(vendor.calls[1]?.body).toMatchObject({ max_completion_tokens: 200 })
  })

  it('is not asked for ever when it refuses every way', async () => {
    const both = { message: 'neither max_tokens nor max_completion_tokens' }
    vendor.answers('POST', CHAT, refuses(400, both))
    vendor.answers('POST', CHAT, refuses(400, both))
    await expect((await connect(ELSEWHERE)).complete(question({}))).rejects.toMatchObject({
      code: 'vendor_rejected',
    })
  })

  it("gives what a model wrote instead of JSON back as its answer, where the server won't", async () => {
    const error = { code: 'json_validate_failed', failed_generation: 'Sure! Here you go' }
    vendor.answers('POST', CHAT, refuses(400, error))
    expect(await (await connect(ELSEWHERE)).complete(question({ schema: SCHEMA }))).toMatchObject({
      text: 'Sure! Here you go',
      finish: 'other',
    })
  })

  it('has the thoughts before its answer left out', async () => {
    vendor.answers('POST', CHAT, says('<think>\nshe is {angry}\n</think>\n\n{"mood":"angry"}'))
    expect((await (await connect(ELSEWHERE)).complete(question({}))).text).toBe('{"mood":"angry"}')
  })

  it('gets neither the key nor the address of the other provider', async () => {
    vendor.answers('POST', CHAT, says('yes'))
    const env = {
      ...AT_OPENAI,
      OPENAI_FALLBACK_BASE_URL: 'http://llm.local/v1',
      OPENAI_FALLBACK_API_KEY: 'other',
      OPENAI_FALLBACK_MODEL: 'llama3',
    }
    await (await connect(env, 'fallbackModel')).complete(question({}))
    expect(vendor.calls[0]?.headers.authorization).toBe('Bearer other')
  })

  it.each([
    [{ data: [{ id: 'llama3:latest' }] }, { ok: true }],
    [{ data: [] }, { ok: true }],
    [{ data: [{ id: 'qwen' }] }, { ok: false, hint: expect.stringContaining('qwen') }],
  ])('listing %j is checked as %j', async (body, expected) => {
    vendor.answers('GET', '/v1/models', { body })
    expect(await (await connect(ELSEWHERE)).check()).toMatchObject(expected)
  })
})
