import { ConfigError } from '../ops/errors.ts'
import type { Integration } from '../ports/index.ts'
import type { AreaContext } from './area.ts'
import { type Environment, gather } from './environment.ts'
import { readArea, readIntegration } from './read.ts'
import { areas, sections } from './sections.ts'
import { warnOfUnknown } from './unknown.ts'

type AreaSettings = { [Name in keyof typeof areas]: ReturnType<(typeof areas)[Name]['read']> }

export type Config = AreaSettings & {
  /** What each integration that is on was configured with, by its name, as its own schema made it. */
  integrations: Record<string, Record<string, unknown>>
  /** No vendor is configured: the hub runs against its own stand-ins. */
  sandbox: boolean
  /** For the log at start. */
  warnings: string[]
  /** Every secret that was given, for the log's redaction. */
  secretValues: string[]
}

/** The ports that reach people. Without any of them there is nobody to talk to: the sandbox. */
const OUTWARD = ['desk', 'mailer', 'voice', 'chat', 'model'] as const

/**
 * The configuration that `env` describes. Reads the files that `NAME_FILE` variables name, nothing else.
 *
 * @param options.sandbox true when the vendors in `env` are the hub's own stand-ins
 * @param options.terminal standard output is a terminal
 * @throws ConfigError with every mistake there is, a line each, none showing a secret
 */
export function loadConfig(
  env: Environment,
  integrations: Integration[],
  options: { sandbox?: boolean; terminal?: boolean } = {},
): Config {
  const variables = sections(integrations).flatMap((section) => section.variables)
  const names = [...new Set(variables.map(({ name }) => name))]
  const { values, mistakes } = gather(env, names)
  const warnings = warnOfUnknown(env, names)

  const on = readIntegrations(integrations, values, mistakes, warnings)
  const wantsAVendor = integrations.some(
    ({ name, ports }) => on.has(name) && OUTWARD.some((port) => ports[port]),
  )
  const sandbox = options.sandbox ?? !wantsAVendor

  const context: AreaContext = {
    sandbox,
    terminal: options.terminal ?? false,
    providers: (port) => {
      const known = integrations.filter(({ ports }) => ports[port]).map(({ name }) => name)
      return { known, on: known.filter((name) => on.has(name)) }
    },
    mistake: (line) => mistakes.push(line),
    warning: (line) => warnings.push(line),
  }
  const settings = readAreas(values, context)
  if (mistakes.length > 0) throw new ConfigError([...new Set(mistakes)])

  const secretValues = variables.flatMap(({ name, secret }) => (secret ? withPassword(values[name]) : []))
  return {
    ...settings,
    integrations: Object.fromEntries(on),
    sandbox,
    warnings,
    secretValues: [...new Set(secretValues)],
  }
}

function readIntegrations(
  integrations: Integration[],
  values: Environment,
  mistakes: string[],
  warnings: string[],
): Map<string, Record<string, unknown>> {
  const on = new Map<string, Record<string, unknown>>()
  for (const integration of integrations) {
    const read = readIntegration(integration, values)
    if (read.state === 'on') on.set(integration.name, read.config)
    else if (read.state === 'wrong') mistakes.push(...read.mistakes)
    else warnings.push(...read.warnings)
  }
  return on
}

function readAreas(values: Environment, context: AreaContext): AreaSettings {
  return {
    server: readArea(areas.server, values, context),
    store: readArea(areas.store, values, context),
    secrets: readArea(areas.secrets, values, context),
    logging: readArea(areas.logging, values, context),
    company: readArea(areas.company, values, context),
    contacts: readArea(areas.contacts, values, context),
    skills: readArea(areas.skills, values, context),
    waiting: readArea(areas.waiting, values, context),
    flows: readArea(areas.flows, values, context),
    model: readArea(areas.model, values, context),
    email: readArea(areas.email, values, context),
    voice: readArea(areas.voice, values, context),
    calls: readArea(areas.calls, values, context),
    escalations: readArea(areas.escalations, values, context),
    roles: readArea(areas.roles, values, context),
    wallet: readArea(areas.wallet, values, context),
  }
}

/** A connection URL is a secret for the password in it, which may show up alone. */
function withPassword(value: string | undefined): string[] {
  if (value === undefined) return []
  const password = URL.canParse(value) ? decodeURIComponent(new URL(value).password) : ''
  return password === '' ? [value] : [value, password]
}
