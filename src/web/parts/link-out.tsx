import type { ReactNode } from 'react'

/** A link only where the address is one that a browser should open; what people and models wrote may hold others. */
export function LinkOut({ href, children }: { href: string; children: ReactNode }) {
  const safe = URL.canParse(href) && ['https:', 'http:'].includes(new URL(href).protocol)
  if (!safe) return <>{children}</>
  const here = new URL(href).origin === window.location.origin
  return (
    <a href={href} {...(here ? {} : { target: '_blank', rel: 'noopener noreferrer' })}>
      {children}
    </a>
  )
}
