import type { z } from 'zod'
import type { Integration } from '../ports/index.ts'
import type { Area, AreaContext } from './area.ts'
import { describeField } from './describe.ts'
import type { Environment } from './environment.ts'

/** An area's settings. After a mistake those of its defaults, which nobody sees: the start ends. */
export function readArea<Shape extends z.ZodRawShape, Settings>(
  area: Area<Shape, Settings>,
  values: Environment,
  context: AreaContext,
): Settings {
  const parsed = area.env.safeParse(pick(area.env, values))
  if (parsed.success) return area.read(parsed.data, context)
  for (const issue of parsed.error.issues) context.mistake(mistakeLine(area.env, issue, values))
  const quiet = { ...context, mistake: () => {}, warning: () => {} }
  return area.read(area.env.parse({}), quiet)
}

export type IntegrationState =
  | { state: 'off'; warnings: string[] }
  | { state: 'on'; config: Record<string, unknown> }
  | { state: 'wrong'; mistakes: string[] }

/** On when one of its variants is complete, off when nothing that it requires is set, else a mistake. */
export function readIntegration(integration: Integration, values: Environment): IntegrationState {
  const { config, variants, title } = integration
  const isSet = (name: string) => values[name] !== undefined
  const required = [...new Set(variants.flat())]

  if (required.length > 0 && !required.some(isSet)) {
    const stray = Object.keys(config.shape).filter(isSet)
    const warnings =
      stray.length === 0
        ? []
        : [`${enumerate(stray)}: no effect, since ${title} is off; to switch it on set ${ways(variants)}`]
    return { state: 'off', warnings }
  }
  if (required.length > 0 && !variants.some((variant) => variant.every(isSet)))
    return {
      state: 'wrong',
      mistakes: [`${title} is half configured: also set ${missingOf(variants, isSet)}`],
    }

  const parsed = config.safeParse(pick(config, values))
  if (parsed.success) return { state: 'on', config: parsed.data }
  return {
    state: 'wrong',
    mistakes: parsed.error.issues.map((issue) => mistakeLine(config, issue, values, title)),
  }
}

/** What completes each variant that has been begun, the least first: `X`, or `Y and Z`. */
function missingOf(variants: string[][], isSet: (name: string) => boolean): string {
  const begun = variants.filter((variant) => variant.some(isSet))
  const missing = begun
    .map((variant) => variant.filter((name) => !isSet(name)))
    .sort((a, b) => a.length - b.length)
  return ways(missing)
}

function ways(variants: string[][]): string {
  return [...new Set(variants.map(enumerate))].join(', or ')
}

/** `A, B and C`. */
function enumerate(names: string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ')
}

function pick(schema: z.ZodObject, values: Environment): Environment {
  return Object.fromEntries(Object.keys(schema.shape).map((name) => [name, values[name]]))
}

/** One line: what is wrong with which variable, and what it is for. A secret's value never shows. */
function mistakeLine(
  schema: z.ZodObject,
  issue: z.core.$ZodIssue,
  values: Environment,
  title = 'Configuration',
): string {
  const name = String(issue.path[0] ?? '')
  const field = schema.shape[name]
  if (!field) return `${title}: ${issue.message}`
  const { description, secret } = describeField(field)
  const value = values[name]
  const purpose = description === '' ? '' : ` (${description})`
  if (value === undefined) return `${name} is missing; set it${purpose}`
  if (secret) return `${name} is not usable: ${issue.message.replaceAll(value, '…')}${purpose}`
  return `${name} is "${value}": ${issue.message}${purpose}`
}
