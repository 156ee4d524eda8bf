/** What can be followed over the websocket, by the channel names that laravel-echo sends. */
export type Channel = { kind: 'flow'; flowId: string } | { kind: 'escalations' } | { kind: 'calls' }

const FLOW = 'private-ai_flow.'

export const flowChannel = (flowId: string) => `${FLOW}${flowId}`
export const ESCALATIONS = 'private-escalations'
export const CALLS = 'private-calls'

/** @returns undefined for a name that is no channel of the hub; public and presence channels there are none. */
export function channelOf(name: string): Channel | undefined {
  if (name === ESCALATIONS) return { kind: 'escalations' }
  if (name === CALLS) return { kind: 'calls' }
  return name.startsWith(FLOW) ? { kind: 'flow', flowId: name.slice(FLOW.length) } : undefined
}
