import { type ReactNode, useState } from 'react'

/** What can be done to whatever starts flows: pause, go on, and, when one is sure, remove. */
export function StarterActions({
  isOn,
  busy,
  onSwitch,
  onRemove,
  children,
}: {
  isOn: boolean
  busy: boolean
  onSwitch: () => void
  onRemove: () => void
  children?: ReactNode
}) {
  const [isSure, setSure] = useState(false)
  return (
    <span className="row-actions">
      <button type="button" disabled={busy} onClick={onSwitch}>
        {isOn ? 'Pause' : 'Go on'}
      </button>
      {children}
      {isSure ? (
        <button type="button" className="danger" disabled={busy} onClick={onRemove}>
          Yes, remove
        </button>
      ) : (
        <button type="button" className="quiet" onClick={() => setSure(true)}>
          Remove …
        </button>
      )}
    </span>
  )
}
