import { type KeyboardEvent, useId } from 'react'
import type { ApiError } from '../api.ts'
import { record } from '../narrow.ts'

type Read = { ok: true; value: Record<string, unknown> } | { ok: false; message: string }

/** A text as a JSON object, or what is wrong with it. */
export function parseObject(text: string): Read {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { ok: false, message: 'It must be an object: { … }' }
    }
    return { ok: true, value: record(value) }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

/** A JSON object to edit, with its mistakes below it: those of the text, and those that the hub found, by path. */
export function JsonField(props: {
  label: string
  value: string
  onChange: (value: string) => void
  error?: ApiError | undefined
}) {
  const id = useId()
  const parsed = parseObject(props.value)
  const issues = props.error?.issues ?? []
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <textarea
        id={id}
        className="code"
        spellCheck={false}
        rows={Math.min(24, props.value.split('\n').length + 1)}
        aria-describedby={`${id}-about`}
        aria-invalid={!parsed.ok || issues.length > 0}
        value={props.value}
        onKeyDown={indents(props.onChange)}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <div id={`${id}-about`}>
        {!parsed.ok && <p className="problem">{parsed.message}</p>}
        {issues.map(({ path, message }) => (
          <p key={`${path}:${message}`} className="problem">
            <code>{path}</code> {message}
          </p>
        ))}
      </div>
    </div>
  )
}

/** Enter keeps the indentation of its line. Tab goes on to the next field, as everywhere. */
const indents = (onChange: (value: string) => void) => (event: KeyboardEvent<HTMLTextAreaElement>) => {
  if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
  const area = event.currentTarget
  const line = area.value.slice(0, area.selectionStart).split('\n').at(-1) ?? ''
  const indent = /^\s*/.exec(line)?.[0] ?? ''
  if (indent === '') return
  event.preventDefault()
  area.setRangeText(`\n${indent}`, area.selectionStart, area.selectionEnd, 'end')
  onChange(area.value)
}
