import { type ReactNode, useId } from 'react'
import type { ApiError } from '../api.ts'

/** A labelled control with what helps to fill it, and what the hub found wrong with it. */
export function Field(props: {
  label: ReactNode
  hint?: ReactNode
  /** The last answer of the hub, and under which path it speaks of this field. */
  error?: ApiError | undefined
  path?: string
  children: (control: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode
}) {
  const id = useId()
  const wrong = props.error?.issues.filter(({ path }) => path === props.path) ?? []
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      {props.children({ id, 'aria-describedby': `${id}-about`, 'aria-invalid': wrong.length > 0 })}
      <div id={`${id}-about`}>
        {props.hint && <p className="hint">{props.hint}</p>}
        {wrong.map(({ message }) => (
          <p key={message} className="problem">
            <span aria-hidden="true">✗</span> {message}
          </p>
        ))}
      </div>
    </div>
  )
}
