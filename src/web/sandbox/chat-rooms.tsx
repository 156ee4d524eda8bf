import { useState } from 'react'
import { Empty } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { Time } from '../parts/time.tsx'
import { DiscordBody } from './discord-body.tsx'
import { SlackBody } from './slack-body.tsx'
import type { World } from './world.ts'

const SURFACES = { slack: 'Slack', discord: 'Discord' } as const
type Surface = keyof typeof SURFACES
type Message = World['chat']['slack'][number]['messages'][number]

/** The team's rooms, messages about as their app shows them. */
export function ChatRooms({ chat }: { chat: World['chat'] }) {
  const [surface, setSurface] = useState<Surface>('slack')
  const rooms = chat[surface].filter(({ messages }) => messages.length > 0)
  return (
    <Panel
      title="Chat room"
      aside={
        <span className="toolbar">
          {(['slack', 'discord'] as const).map((one) => (
            <button
              key={one}
              type="button"
              className="chip"
              aria-pressed={one === surface}
              onClick={() => setSurface(one)}
            >
              {SURFACES[one]}
            </button>
          ))}
        </span>
      }
    >
      {rooms.length === 0 && <Empty>Nothing has been posted in {SURFACES[surface]} yet.</Empty>}
      <div className="bounded">
        {rooms.map((room) => (
          <section key={room.id} aria-label={`#${room.name}`}>
            <h3>#{room.name}</h3>
            {room.messages.map((message) => (
              <ChatMessage key={message.id} surface={surface} message={message} />
            ))}
          </section>
        ))}
      </div>
    </Panel>
  )
}

function ChatMessage({ surface, message }: { surface: Surface; message: Message }) {
  return (
    <article className={`chat-message ${message.thread ? 'in-thread' : ''}`}>
      <p>
        <strong>{message.author}</strong> {message.via !== 'person' && <span className="badge">app</span>}{' '}
        <Time at={message.at} />
        {message.edits > 0 && <span className="faint"> (edited)</span>}
      </p>
      {surface === 'slack' ? <SlackBody message={message} /> : <DiscordBody message={message} />}
    </article>
  )
}
