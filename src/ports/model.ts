import type { Check } from './common.ts'

export type ModelMessage = { role: 'system' | 'user' | 'assistant'; content: string }

export type ModelRequest = {
  messages: ModelMessage[]
  /** Ask for JSON of this schema (draft 2020-12, every property required, no additional ones). */
  schema?: { name: string; jsonSchema: Record<string, unknown> }
  maxOutputTokens: number
  temperature: number
  signal: AbortSignal
}

export type ModelAnswer = {
  text: string
  model: string
  finish: 'stop' | 'length' | 'refused' | 'other'
  /** Tokens. */
  usage: { input: number; output: number }
}

/** A model server. No retry, no fallback: `ai/` decides those. Throws VendorError. */
export interface LanguageModel {
  readonly name: string
  readonly model: string
  complete(request: ModelRequest): Promise<ModelAnswer>
  check(): Promise<Check>
}
