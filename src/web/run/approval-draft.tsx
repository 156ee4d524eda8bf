import type { ChangeEvent } from 'react'
import { words } from '../format.ts'
import { type Json, text } from '../narrow.ts'
import { Field } from '../parts/field.tsx'
import { Json as JsonView } from '../parts/json.tsx'
import { Said } from '../parts/notes.tsx'

/** What is approved: a draft to the customer by mail or telephone, or anything else. */
export type Kind = 'mail' | 'call' | 'other'
export type Draft = Record<string, string>

/** What is longer takes several lines to write. */
const LINE = 80

/** A payload as it would go out. */
export function Shown({ payload, kind }: { payload: Json; kind: Kind }) {
  if (kind === 'other') return <JsonView value={payload} />
  return (
    <>
      {kind === 'mail' && (
        <h3 className="subject" dir="auto">
          {text(payload.subject)}
        </h3>
      )}
      <Said className="letter">{text(payload.text) ?? text(payload.firstMessage) ?? ''}</Said>
    </>
  )
}

/** The parts of a payload that may be edited. */
export function DraftForm(props: { draft: Draft; isOfMail: boolean; onChange: (draft: Draft) => void }) {
  const { draft, onChange } = props
  const set = (field: string) => (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
    onChange({ ...draft, [field]: event.target.value })
  return (
    <div className="draft-form">
      {Object.entries(draft).map(([field, value]) => (
        <Field key={field} label={titleCase(words(field))}>
          {(control) =>
            field === 'text' || value.length > LINE ? (
              <textarea
                {...control}
                dir="auto"
                rows={field === 'text' ? 14 : 3}
                value={value}
                onChange={set(field)}
              />
            ) : (
              <input {...control} dir="auto" value={value} onChange={set(field)} />
            )
          }
        </Field>
      ))}
      <p className="faint">
        {props.isOfMail && 'The recipient cannot be changed. '}Saving is approving: the difference is kept.
      </p>
    </div>
  )
}

const titleCase = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)
