import type { ReactNode } from 'react'
import type { ApiError } from '../api.ts'

/** What went wrong and what to do; mistakes with a place are listed, but for those that a form shows at their fields. */
export function Problem({ error, atFields = [] }: { error: ApiError | undefined; atFields?: string[] }) {
  if (!error) return null
  const listed = error.issues.filter(({ path }) => !atFields.includes(path))
  return (
    <div className="problem" role="alert">
      <p>
        <span aria-hidden="true">✗</span> {error.message}
      </p>
      {listed.length > 0 && (
        <ul className="issues">
          {listed.map(({ path, message }) => (
            <li key={`${path}: ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
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
