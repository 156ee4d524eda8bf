import type { APIError } from 'openai'

/**
 * What one model on one server understands. Compatible servers take a part of the API, and which part is
 * documented nowhere in full, so it is tried from the best downwards and remembered.
 */
export type Abilities = {
  /** How JSON is asked for; `prompt`: with words alone. */
  json: 'json_schema' | 'json_object' | 'prompt'
  limit: 'max_completion_tokens' | 'max_tokens'
  /** Reasoning models take only their default temperature. */
  temperature: boolean
}

/** `max_tokens` is deprecated at OpenAI and the only one that many others know. */
export function firstAbilities(atOpenAi: boolean): Abilities {
  return {
    json: 'json_schema',
    limit: atOpenAi ? 'max_completion_tokens' : 'max_tokens',
    temperature: true,
  }
}

/** The next thing to try after `error`, or undefined when the refusal was about something else. */
export function stepDown(
  abilities: Abilities,
  error: Pick<APIError, 'message' | 'param'>,
  tried: ReadonlySet<string>,
): Abilities | undefined {
  const about = `${error.param ?? ''} ${error.message}`
  const next = ((): Abilities | undefined => {
    if (/max_completion_tokens|max_tokens/.test(about)) {
      const limit = abilities.limit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
      return { ...abilities, limit }
    }
    if (/\btemperature\b/.test(about)) return { ...abilities, temperature: false }
    if (/response[_ ]format|json_schema|json_object|structured output|guided/i.test(about)) {
      if (abilities.json === 'json_schema') return { ...abilities, json: 'json_object' }
      if (abilities.json === 'json_object') return { ...abilities, json: 'prompt' }
    }
    return undefined
  })()
  return next && !tried.has(JSON.stringify(next)) ? next : undefined
}
