import { useState } from 'react'
import { shortId } from '../format.ts'

/** An id, short; a click copies all of it. */
export function CopyId({ id, label }: { id: string; label?: string }) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    void navigator.clipboard?.writeText(id).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1_500)
    })
  }
  return (
    <button type="button" className="copy-id" onClick={copy} title={`Copy ${id}`}>
      {label ?? shortId(id)}
      <span aria-live="polite">{copied ? ' copied' : ''}</span>
    </button>
  )
}
