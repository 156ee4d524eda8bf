import { type ReactNode, useEffect, useRef } from 'react'

/** A window over the page: Escape closes it, the keyboard stays within. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (!element.current?.open) element.current?.showModal()
  }, [])
  return (
    <dialog ref={element} className="dialog" aria-label={props.title} onClose={props.onClose}>
      <header>
        <h2>{props.title}</h2>
        <button type="button" className="quiet" onClick={props.onClose}>
          Close
        </button>
      </header>
      {props.children}
    </dialog>
  )
}
