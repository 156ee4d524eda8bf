import { useEffect, useState } from 'react'
import type { Fault } from '../../sandbox/standin.ts'
import type { WorldView } from '../../sandbox/view.ts'
import { call } from '../api.ts'
import { useChanges } from '../live.ts'
import { useData } from '../use-data.ts'

export type World = WorldView
export type SandboxTicket = World['tickets'][number]
export type SandboxPerson = World['people'][number]
export type Clock = { now: number; nextDueAt: number | null }
export type Faults = Record<string, Fault[]>

const post = (path: string, body: unknown = {}) => call<unknown>('POST', `/sandbox${path}`, body)

/** What a person can do in the stand-ins' world. */
export const sandbox = {
  world: () => call<World>('GET', '/sandbox/world'),
  clock: () => call<Clock>('GET', '/sandbox/clock'),
  faults: () => call<Faults>('GET', '/sandbox/faults'),
  assign: (ticket: string) => post(`/tickets/${ticket}/assign-ai`),
  take: (ticket: string) => post(`/tickets/${ticket}/take`),
  comment: (ticket: string, text: string) => post(`/tickets/${ticket}/comment`, { text }),
  create: (ticket: { requester: string; name?: string; subject: string; text: string }) =>
    post('/tickets', ticket),
  answer: (person: string, text: string) => post(`/people/${person}/answer`, { text }),
  behave: (person: string, change: Record<string, string | null>) =>
    call<unknown>('PATCH', `/sandbox/people/${person}`, change),
  set: (change: Record<string, unknown>) => call<unknown>('PATCH', '/sandbox/settings', change),
  switchFault: (fault: { vendor: string; on: string; kind: unknown; times: number }) =>
    post('/faults', fault),
  clearFaults: () => call<unknown>('DELETE', '/sandbox/faults', {}),
  advance: (ms: number) => post('/clock', { advanceMs: ms }),
  advanceToNext: () => post('/clock', { to: 'next' }),
}

/** Whether this hub is a sandbox: elsewhere these routes do not exist. */
export function useSandbox(): boolean {
  const [is, setIs] = useState(false)
  useEffect(() => {
    sandbox.clock().then(
      () => setIs(true),
      () => setIs(false),
    )
  }, [])
  return is
}

/** The stand-ins tell nobody what happens with them, so they are looked at. */
const LOOK_EVERY_MS = 1_500

export function useWorld() {
  const loaded = useData('world', async () => {
    const [world, clock, faults] = await Promise.all([sandbox.world(), sandbox.clock(), sandbox.faults()])
    return { world, clock, faults }
  })
  const { reload } = loaded
  useChanges(reload)
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (document.visibilityState === 'visible') reload()
    }, LOOK_EVERY_MS)
    return () => window.clearInterval(timer)
  }, [reload])
  return loaded
}
