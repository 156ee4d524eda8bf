import type { ApiError } from '../api.ts'
import type { TemplateParam } from '../flow-api.ts'
import { words } from '../format.ts'
import { Field } from './field.tsx'

type Params = Record<string, TemplateParam>
/** What stands in the fields, as text; a parameter that is not there is left to its default. */
export type ParamTexts = Record<string, string>

/** The fields of a template's typed parameters. */
export function ParamForm(props: {
  params: Params
  texts: ParamTexts
  onChange: (texts: ParamTexts) => void
  error: ApiError | undefined
}) {
  const { params, texts, onChange, error } = props
  return Object.entries(params).map(([name, param]) => (
    <Field key={name} label={labelOf(name, param)} hint={param.description} error={error} path={name}>
      {(control) => {
        const value = texts[name] ?? ''
        const set = (text: string) => onChange({ ...texts, [name]: text })
        const choices = choicesOf(param)
        if (choices) {
          return (
            <select {...control} value={value} onChange={(event) => set(event.target.value)}>
              {!choices.includes(value) && <option value="">Choose …</option>}
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {words(choice)}
                </option>
              ))}
            </select>
          )
        }
        return (
          <input
            {...control}
            dir="auto"
            type={param.type === 'number' ? 'number' : 'text'}
            step="any"
            required={param.required && param.default === undefined}
            placeholder={name === 'ticket' ? 'zendesk:4711' : ''}
            value={value}
            onChange={(event) => set(event.target.value)}
          />
        )
      }}
    </Field>
  ))
}

const labelOf = (name: string, { required, default: value }: TemplateParam) =>
  required && value === undefined ? words(name) : `${words(name)} (optional)`

const choicesOf = ({ type, choices }: TemplateParam) => (type === 'boolean' ? ['true', 'false'] : choices)

/** What the fields begin with: defaults, and what is known already. */
export function textsOf(params: Params, known: ParamTexts = {}): ParamTexts {
  const defaults = Object.entries(params).flatMap(([name, param]) =>
    param.default === undefined ? [] : [[name, String(param.default)]],
  )
  const fitting = Object.entries(known).filter(([name, text]) => Object.hasOwn(params, name) && text !== '')
  return Object.fromEntries([...defaults, ...fitting])
}

/** The texts in the types that the template wants. A text that is no number is sent as it is: the hub says so. */
export function valuesOf(params: Params, texts: ParamTexts): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, { type }] of Object.entries(params)) {
    const text = texts[name]?.trim() ?? ''
    if (text === '') continue
    if (type === 'boolean') values[name] = text === 'true'
    else values[name] = type === 'number' && Number.isFinite(Number(text)) ? Number(text) : text
  }
  return values
}
