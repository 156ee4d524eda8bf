import type { ReactNode } from 'react'

export function Panel(props: {
  title: ReactNode
  aside?: ReactNode
  children: ReactNode
  className?: string
}) {
  return (
    <section className={`panel ${props.className ?? ''}`}>
      <header>
        <h2>{props.title}</h2>
        {props.aside && <div className="aside">{props.aside}</div>}
      </header>
      {props.children}
    </section>
  )
}
