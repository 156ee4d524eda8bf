import { randomUUID } from 'node:crypto'
import type { Clock } from '../ports/common.ts'
import { createAgenda } from './agenda.ts'
import { type Control, createControl } from './control.ts'
import { startControlServer } from './control-http.ts'
import type { StandInDeps } from './deps.ts'
import { DISCORD, startDiscordStandIn } from './discord.ts'
import { createMailbox } from './mailbox.ts'
import { MODEL, startModelStandIn } from './model.ts'
import { loadWorld, type SavedWorld, saveWorld } from './persist.ts'
import { RESEND, type ResendSecrets, startResendStandIn } from './resend.ts'
import { knowledgeFolder, seedWorld } from './samples/index.ts'
import { SLACK, startSlackStandIn } from './slack.ts'
import type { StandIn } from './standin.ts'
import { startTasksStandIn, TASKS } from './tasks.ts'
import { startVapiStandIn, VAPI } from './vapi.ts'
import { createWebhooks, type Webhooks } from './webhooks.ts'
import { defaultSettings, emptyWorld, type Seed, type Settings, type World } from './world.ts'
import { startZendeskStandIn } from './zendesk.ts'
import { ZENDESK, type ZendeskSecrets } from './zendesk-auth.ts'

export type { Control } from './control.ts'
export { countEffects, type Effects } from './effects.ts'
export { viewWorld, type WorldView } from './view.ts'
export { instantPace } from './world.ts'
export { knowledgeFolder }

export type SandboxOptions = {
  clock: Clock
  /** Where the hub listens; the stand-ins' webhooks go there. */
  hubUrl: string
  /** Signing secrets and tokens, where the well-known ones of the sandbox will not do. */
  secrets?: {
    zendesk?: Partial<ZendeskSecrets>
    resend?: Partial<ResendSecrets>
    vapi?: { webhookSecret: string }
  }
  /** Keeps the world over restarts. Without it the world dies with the process. */
  file?: string
  /** What a new world holds: the sample hotel company, or its staff alone. */
  seed?: Seed
  /** Over the defaults; ignored where `file` brings a world with settings of its own. */
  settings?: Partial<Settings>
  uuid?: () => string
  /** Told, once each, of webhooks that were refused or given up and of saves that failed. */
  complain?: (line: string) => void
}

export type Vendor = 'zendesk' | 'resend' | 'vapi' | 'slack' | 'discord' | 'tasks' | 'model'

export type Sandbox = {
  world: World
  /** Environment variables that point a hub at the stand-ins. */
  env: Record<string, string>
  standIns: Record<Vendor, StandIn>
  webhooks: Webhooks
  /** Acts on the world, as functions; `controlUrl` is the same over HTTP. */
  control: Control
  controlUrl: string
  close(): Promise<void>
}

/** Starts a stand-in for every vendor on loopback, around one world. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, file, complain = () => {} } = options
  const world = (file === undefined ? undefined : loadWorld(file)) ?? newWorld(options)
  const saved: SavedWorld =
    file === undefined ? { changed() {}, flush() {} } : saveWorld(world, file, complain)
  const { changed } = saved
  const agenda = createAgenda(world, clock, changed)
  const webhooks = createWebhooks({ world, clock, changed, complain })
  const deps = (name: string): StandInDeps => ({
    world,
    clock,
    agenda,
    webhooks,
    changed,
    uuid: options.uuid ?? randomUUID,
    hubUrl: options.hubUrl.replace(/\/$/, ''),
    ...(world.ports[name] === undefined ? {} : { port: world.ports[name] }),
  })

  const zendesk = { ...ZENDESK, ...options.secrets?.zendesk }
  const resend = { ...RESEND, ...options.secrets?.resend }
  const vapi = { ...VAPI, ...options.secrets?.vapi }
  const mailbox = createMailbox(deps('mailbox'))
  const standIns: Record<Vendor, StandIn> = {
    zendesk: await startZendeskStandIn(deps('zendesk'), zendesk),
    resend: await startResendStandIn(deps('resend'), resend, mailbox.arrived),
    vapi: await startVapiStandIn({ ...deps('vapi'), webhookSecret: vapi.webhookSecret }),
    slack: await startSlackStandIn(deps('slack')),
    discord: await startDiscordStandIn(deps('discord')),
    tasks: await startTasksStandIn(deps('tasks')),
    model: await startModelStandIn(deps('model')),
  }
  const control = createControl({ deps: deps('control'), standIns, mailbox })
  const controlServer = await startControlServer(control, deps('control').port)
  for (const [name, { port }] of Object.entries({ ...standIns, control: controlServer }))
    world.ports[name] = port
  changed()

  return {
    world,
    standIns,
    webhooks,
    control,
    controlUrl: controlServer.url,
    env: {
      ZENDESK_SUBDOMAIN: zendesk.subdomain,
      ZENDESK_BASE_URL: standIns.zendesk.url,
      ZENDESK_OAUTH_TOKEN: zendesk.oauthToken,
      ZENDESK_WEBHOOK_SECRET: zendesk.webhookSecret,
      ZENDESK_AI_ASSIGNEE: world.desk.aiAgentId,
      ZENDESK_HUMAN_GROUP: world.desk.humanGroupId,
      ZENDESK_ESCALATION_FIELD: world.desk.escalationFieldId,
      EMAIL_PROVIDER: 'resend',
      EMAIL_FROM: RESEND.from,
      EMAIL_REPLY_TO: RESEND.replyTo,
      RESEND_BASE_URL: standIns.resend.url,
      RESEND_API_KEY: resend.apiKey,
      RESEND_WEBHOOK_SECRET: resend.webhookSecret,
      VOICE_PROVIDER: 'vapi',
      VAPI_BASE_URL: standIns.vapi.url,
      VAPI_API_KEY: vapi.apiKey,
      VAPI_PHONE_NUMBER_ID: vapi.phoneNumberId,
      VAPI_WEBHOOK_SECRET: vapi.webhookSecret,
      VAPI_CREDENTIAL_ID: vapi.credentialId,
      SLACK_API_URL: `${standIns.slack.url}/api/`,
      SLACK_BOT_TOKEN: SLACK.botToken,
      SLACK_SIGNING_SECRET: SLACK.signingSecret,
      SLACK_ESCALATIONS_CHANNEL: SLACK.escalationsChannel,
      DISCORD_API_URL: `${standIns.discord.url}/api`,
      DISCORD_BOT_TOKEN: DISCORD.botToken,
      DISCORD_APPLICATION_ID: DISCORD.applicationId,
      DISCORD_GUILD_ID: DISCORD.guildId,
      DISCORD_ESCALATIONS_CHANNEL: DISCORD.escalationsChannel,
      TASKS_BASE_URL: standIns.tasks.url,
      TASKS_API_TOKEN: TASKS.apiToken,
      OPENAI_BASE_URL: `${standIns.model.url}/v1`,
      OPENAI_API_KEY: MODEL.apiKey,
      OPENAI_MODEL: MODEL.model,
    },
    async close() {
      agenda.close()
      webhooks.close()
      await Promise.all([...Object.values(standIns), controlServer].map((one) => one.close()))
      saved.flush()
    },
  }
}

function newWorld(options: SandboxOptions): World {
  const now = options.clock.now()
  const seed = options.seed ?? 'hotel'
  const world = emptyWorld(now, seed)
  world.settings = structuredClone({ ...defaultSettings, ...options.settings })
  if (seed === 'hotel') seedWorld(world, now)
  return world
}
