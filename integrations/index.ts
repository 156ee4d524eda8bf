import type { Integration } from '../src/ports/index.ts'
import { discord } from './discord/index.ts'
import { openai } from './openai/index.ts'
import { qdrant } from './qdrant/index.ts'
import { rerank } from './rerank/index.ts'
import { resend } from './resend/index.ts'
import { slack } from './slack/index.ts'
import { tasks } from './tasks/index.ts'
import { vapi } from './vapi/index.ts'
import { zendesk } from './zendesk/index.ts'

/** Every vendor the hub can be connected to. Declarations only: their code and SDKs load when they are on. */
export const integrations: Integration[] = [
  zendesk,
  resend,
  vapi,
  slack,
  discord,
  tasks,
  openai,
  qdrant,
  rerank,
]
