import { useState } from 'react'
import { Empty } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import type { SandboxTicket } from './world.ts'

const isOpen = ({ status }: SandboxTicket) => status !== 'solved' && status !== 'closed'

/** The desk's tickets, newest change first. */
export function TicketList(props: {
  tickets: SandboxTicket[]
  chosen: string | null
  onChoose: (id: string) => void
}) {
  const [wanted, setWanted] = useState('')
  const [openOnly, setOpenOnly] = useState(true)
  const shown = props.tickets.filter(
    (ticket) =>
      (!openOnly || isOpen(ticket) || ticket.id === props.chosen) &&
      `${ticket.id} ${ticket.subject} ${ticket.requester}`.toLowerCase().includes(wanted.toLowerCase()),
  )
  return (
    <Panel
      title="Zendesk: tickets"
      aside={
        <label className="switch">
          <input type="checkbox" checked={openOnly} onChange={(event) => setOpenOnly(event.target.checked)} />{' '}
          open only
        </label>
      }
    >
      <input
        type="search"
        placeholder="Find a ticket or customer"
        aria-label="Find a ticket or customer"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {shown.length === 0 && <Empty>No such ticket.</Empty>}
      <ul className="pick">
        {shown.map((ticket) => (
          <li key={ticket.id}>
            <button
              type="button"
              aria-pressed={ticket.id === props.chosen}
              onClick={() => props.onChoose(ticket.id)}
            >
              <span className="pick-title">
                <strong dir="auto">{ticket.subject}</strong>
                {ticket.withAi && isOpen(ticket) && <span className="badge ai">with AI</span>}
              </span>
              <span className="faint">
                {ticket.id} · <span dir="auto">{ticket.requester}</span> ·{' '}
                <State of="ticket" state={ticket.status} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
