import { Loading, Problem } from '../parts/notes.tsx'
import { link } from '../router.ts'
import { ChatRooms } from './chat-rooms.tsx'
import { ClockBar } from './clock-bar.tsx'
import { CustomerPanel } from './customer-panel.tsx'
import { Mailbox } from './mailbox.tsx'
import { NewTicket } from './new-ticket.tsx'
import { Phone } from './phone.tsx'
import { TaskList } from './task-list.tsx'
import { TicketDetail } from './ticket-detail.tsx'
import { TicketList } from './ticket-list.tsx'
import { Trouble } from './trouble.tsx'
import { useWorld } from './world.ts'

/** The stand-ins' world: the desk, the customer, their mailbox and phone, the chat room, and what can go wrong. */
export function SandboxPage({ ticket: chosen }: { ticket: string | null }) {
  const { data, error, reload } = useWorld()
  if (!data) return <Loading error={error} />
  const { world, clock, faults } = data
  const ticket = world.tickets.find(({ id }) => id === chosen) ?? world.tickets[0]
  const person = world.people.find(({ id }) => id === ticket?.requesterId)
  return (
    <>
      <h1 className="visually-hidden">Sandbox</h1>
      <Problem error={error} />
      <ClockBar clock={clock} reload={reload} />
      <div className="sandbox-grid">
        <div className="stack">
          <TicketList
            tickets={world.tickets}
            chosen={ticket?.id ?? null}
            onChoose={(id) => {
              window.location.hash = link.sandbox(id)
            }}
          />
          <NewTicket people={world.people} reload={reload} />
        </div>
        <div className="stack">
          {ticket && <TicketDetail key={ticket.id} ticket={ticket} reload={reload} />}
          {ticket && person && (
            <CustomerPanel
              key={person.id}
              person={person}
              ticket={ticket}
              settings={world.settings}
              reload={reload}
            />
          )}
        </div>
        <div className="stack">
          <Mailbox mails={world.mails} people={world.people} />
          <Phone calls={world.calls} />
          <TaskList tasks={world.tasks} />
        </div>
        <div className="stack">
          <ChatRooms chat={world.chat} />
          <Trouble world={world} faults={faults} reload={reload} />
        </div>
      </div>
    </>
  )
}
