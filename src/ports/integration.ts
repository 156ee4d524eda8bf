import { z } from 'zod'
import type { NewEvent } from '../events/schemas.ts'
import type { ChatSurface } from './chat.ts'
import type { PortDeps, RawRequest, Verified } from './common.ts'
import type { Desk } from './desk.ts'
import type { Embedder, KnowledgeIndex, Reranker } from './knowledge.ts'
import type { InboundMail, Mailer } from './mail.ts'
import type { LanguageModel } from './model.ts'
import type { TaskDesk } from './tasks.ts'
import type { VoiceProvider } from './voice.ts'

/** What a verified webhook body means. */
export type ParsedWebhook =
  | { kind: 'events'; events: NewEvent[] }
  /** Understood and of no use, or of a type we do not know: stored, answered 2xx, nothing follows. */
  | { kind: 'ignored'; reason: string }
  /** Not what the vendor documents; answered 400. */
  | { kind: 'malformed'; reason: string }

/** A door that a vendor knocks at: `POST /api/v1/webhooks/{route}`. Both functions are pure. */
export type WebhookDoor<Config> = {
  route: string
  verify(request: RawRequest, config: Config, now: Date): Verified
  parse(request: RawRequest, config: Config): ParsedWebhook
}

/**
 * Further clients an integration can offer; each is built, and its SDK loaded, only when the integration is on.
 * Methods, so that integrations with different configurations fit in one list.
 */
export type PortFactories<Config> = {
  desk?(config: Config, deps: PortDeps): Promise<Desk>
  mailer?(config: Config, deps: PortDeps): Promise<Mailer>
  inboundMail?(config: Config, deps: PortDeps): Promise<InboundMail>
  voice?(config: Config, deps: PortDeps): Promise<VoiceProvider>
  chat?(config: Config, deps: PortDeps): Promise<ChatSurface>
  model?(config: Config, deps: PortDeps): Promise<LanguageModel>
  fallbackModel?(config: Config, deps: PortDeps): Promise<LanguageModel | undefined>
  embedder?(config: Config, deps: PortDeps): Promise<Embedder | undefined>
  reranker?(config: Config, deps: PortDeps): Promise<Reranker>
  index?(config: Config, deps: PortDeps): Promise<KnowledgeIndex>
  taskDesk?(config: Config, deps: PortDeps): Promise<TaskDesk>
}

/**
 * One vendor, declared so that it can be read without knowing the vendor.
 * `config`: the environment variables, each with `.describe()`; secrets are made with `secret()`.
 * `variants`: the sets of variables of which one must be complete; all absent means the integration is off.
 */
export type Integration<Shape extends z.ZodRawShape = z.ZodRawShape, Variable extends string = string> = {
  name: string
  title: string
  config: z.ZodObject<Shape>
  variants: Variable[][]
  ports: PortFactories<z.output<z.ZodObject<Shape>>>
  webhook?: WebhookDoor<z.output<z.ZodObject<Shape>>>
}

/** Declares an integration; the type ties the ports to the configuration. */
export function defineIntegration<Shape extends z.ZodRawShape>(
  integration: Integration<Shape, keyof Shape & string>,
): Integration<Shape, keyof Shape & string> {
  return integration
}

/** A configuration string that is never printed: masked in errors, logs and `doctor`. */
export function secret() {
  return z.string().min(1).meta({ secret: true })
}
