import type { ReactNode } from 'react'
import type { ApiError } from '../api.ts'

export function Problem({ error }: { error: ApiError | undefined }) {
  if (!error) return null
  return (
    <p className="problem" role="alert">
      <span aria-hidden="true">✗</span> {error.message}
    </p>
  )
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>
}

/** What is being loaded, or why it could not be. */
export function Loading({ error }: { error: ApiError | undefined }) {
  return error ? <Problem error={error} /> : <p className="empty">Loading …</p>
}

/** Text as somebody wrote it, in their own direction; never read as markup. */
export function Said({ children, className = '' }: { children: string; className?: string }) {
  return (
    <div className={`said ${className}`} dir="auto">
      {children}
    </div>
  )
}
