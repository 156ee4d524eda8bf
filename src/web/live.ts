import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import type { Change } from '../inbound/live.ts'
import { send } from './api.ts'
import { record, text } from './narrow.ts'

/** What the hub says has changed; `lost` after a pause in which anything may have. */
type Heard = Change | { kind: 'lost'; id: '' }

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 10_000
/** The hub speaks every 20 s; after this long a connection is dead even if nobody said so. */
const SILENCE_MS = 50_000

const hearers = new Set<(heard: Heard) => void>()
const watchers = new Set<() => void>()
let connected = false
let running: AbortController | undefined

function setConnected(now: boolean) {
  if (connected === now) return
  connected = now
  for (const each of watchers) each()
}

function tell(heard: Heard) {
  for (const each of hearers) each(heard)
}

/** Holds the one connection for as long as anybody listens. By fetch, since EventSource sends no token. */
async function listen(stop: AbortSignal) {
  for (let delay = FIRST_RETRY_MS; !stop.aborted; delay = Math.min(delay * 2, LAST_RETRY_MS)) {
    const attempt = new AbortController()
    const end = () => attempt.abort()
    stop.addEventListener('abort', end)
    try {
      const response = await send('GET', '/stream', undefined, attempt.signal)
      if (response.ok && response.body) {
        setConnected(true)
        tell({ kind: 'lost', id: '' })
        delay = FIRST_RETRY_MS
        await read(response.body, end)
      }
    } catch {
      // Cut, refused or silent: tried again below.
    }
    end()
    stop.removeEventListener('abort', end)
    setConnected(false)
    if (!stop.aborted) await new Promise((resolve) => setTimeout(resolve, delay))
  }
}

async function read(body: ReadableStream<Uint8Array>, cut: () => void) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let buffer = ''
  let silence = window.setTimeout(cut, SILENCE_MS)
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      window.clearTimeout(silence)
      silence = window.setTimeout(cut, SILENCE_MS)
      const lines = (buffer + decoder.decode(part.value, { stream: true })).split('\n')
      buffer = lines.pop() ?? ''
      for (const line of lines) if (line.startsWith('data: ')) hear(line.slice(6))
    }
  } finally {
    window.clearTimeout(silence)
  }
}

const KINDS: Record<string, Change['kind']> = {
  flow: 'flow',
  escalation: 'escalation',
  call: 'call',
  ticket: 'ticket',
  message: 'message',
}

function hear(data: string) {
  const change = record(JSON.parse(data))
  const kind = KINDS[text(change.kind) ?? '']
  if (kind) tell({ kind, id: text(change.id) ?? '' })
}

/** Changes come in bursts; one look after each is enough. While they keep coming the page must not wait for their end. */
type Pace = { calmMs: number; patienceMs: number }
const QUICK: Pace = { calmMs: 120, patienceMs: 600 }
/** For what costs the hub more than a look. */
export const SLOW: Pace = { calmMs: 2_000, patienceMs: 10_000 }

/** Runs `act` soon after something `matters`, for as long as the component is shown. */
export function useChanges(
  act: () => void,
  matters: (heard: Heard) => boolean = () => true,
  { calmMs, patienceMs }: Pace = QUICK,
) {
  const onChange = useEffectEvent(act)
  const isRelevant = useEffectEvent((heard: Heard) => heard.kind === 'lost' || matters(heard))
  useEffect(() => {
    let timer: number | undefined
    let since = 0
    const hearer = (heard: Heard) => {
      if (!isRelevant(heard)) return
      const now = Date.now()
      if (timer === undefined) since = now
      window.clearTimeout(timer)
      timer = window.setTimeout(
        () => {
          timer = undefined
          onChange()
        },
        Math.max(0, Math.min(calmMs, since + patienceMs - now)),
      )
    }
    hearers.add(hearer)
    if (!running) {
      running = new AbortController()
      void listen(running.signal)
    }
    return () => {
      window.clearTimeout(timer)
      hearers.delete(hearer)
      if (hearers.size > 0) return
      running?.abort()
      running = undefined
    }
  }, [calmMs, patienceMs])
}

/** Whether changes arrive at the moment. */
export function useConnected(): boolean {
  return useSyncExternalStore(
    (changed) => {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
    () => connected,
  )
}
