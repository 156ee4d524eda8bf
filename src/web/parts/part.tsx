import type { ReactNode } from 'react'

/** A part of a panel under a title of its own. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="part">
      <h3>{title}</h3>
      {children}
    </div>
  )
}
