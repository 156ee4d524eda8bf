import { InputError } from '../ops/errors.ts'
import type { TemplateDefinition } from './definition.ts'
import { checkGiven } from './sizes.ts'

/** Its parameters, with the defaults of those that were left out. */
export function filled(
  template: TemplateDefinition,
  params: Record<string, unknown>,
): Record<string, unknown> {
  const defaults = Object.entries(template.params).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value]],
  )
  return { ...Object.fromEntries(defaults), ...params }
}

/** Throws InputError `bad_params` with every parameter that does not fit the template, `params_too_large`. */
export function checkParams(template: TemplateDefinition, params: Record<string, unknown>): void {
  const issues = Object.entries(template.params).flatMap(([name, param]) => {
    const value = params[name] ?? param.default
    if (value === undefined && !param.required) return []
    if (typeof value !== param.type)
      return [{ path: name, message: `must be a ${param.type}: ${param.description}` }]
    if (param.choices && !param.choices.includes(String(value)))
      return [{ path: name, message: `must be one of ${param.choices.join(', ')}` }]
    return []
  })
  const unknown = Object.keys(params)
    .filter((name) => !Object.hasOwn(template.params, name))
    .map((name) => ({ path: name, message: `is not a parameter of ${template.name}` }))
  if (issues.length + unknown.length > 0) {
    throw new InputError('bad_params', `The parameters of ${template.name} do not fit.`, {
      issues: [...issues, ...unknown],
    })
  }
  checkGiven('The parameters take', params)
}
