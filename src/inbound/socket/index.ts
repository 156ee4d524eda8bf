import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { EventOf, Subscriber } from '../../events/index.ts'
import { type FlowState, needFlow, type Transition } from '../../flows/index.ts'
import { InputError } from '../../ops/errors.ts'
import type { Store } from '../../store/index.ts'
import { flowsAbove } from '../../store/rows/flow-family.ts'
import { getSteps } from '../../store/rows/flow-steps.ts'
import { getFlow } from '../../store/rows/flows.ts'
import type { OrgId } from '../../work/index.ts'
import type { AuthDeps } from '../auth.ts'
import { channelOf, flowChannel } from './channels.ts'
import { announcementOf } from './event-messages.ts'
import { messageOfState, messagesOf } from './flow-messages.ts'
import type { SocketServer } from './socket-server.ts'

export const SOCKET_PATH = '/socket.io'

/** Clients offer other upgrades with ordinary requests (h2c, say), which are answered as if they had not. */
export const isWebsocket = ({ url, headers }: Pick<IncomingMessage, 'url' | 'headers'>) =>
  headers.upgrade?.toLowerCase() === 'websocket' && url?.startsWith(`${SOCKET_PATH}/`) === true

export type Sockets = ReturnType<typeof createSockets>

/**
 * The websocket door. What happens is told after its commit, in order, to those who follow it; where nobody does,
 * nothing is computed. Socket.IO itself is loaded for the first client.
 */
export function createSockets(deps: {
  store: Store
  org: OrgId
  auth: AuthDeps
  publicUrl: string
  allowedOrigins: readonly string[]
  log: Logger
}) {
  const { store, org } = deps
  let server: SocketServer | undefined
  let opening: Promise<SocketServer> | undefined
  let isClosed = false
  /** Upgraded connections are the HTTP server's no more: it would wait for them for ever. */
  const upgraded = new Set<Duplex>()

  const open = () => {
    opening ??= import('./socket-server.ts').then(({ createSocketServer }) => {
      server = createSocketServer({ ...deps, checkChannel, summaryOf })
      return server
    })
    return opening
  }

  async function checkChannel(name: string) {
    const channel = channelOf(name)
    if (!channel) throw new InputError('unknown_channel', `There is no channel ${name}.`, { status: 404 })
    if (channel.kind === 'flow') await needFlow(store.read, org, channel.flowId)
  }

  async function summaryOf(name: string) {
    const channel = channelOf(name)
    if (channel?.kind !== 'flow') return undefined
    const flow = await getFlow(store.read, org, channel.flowId)
    return flow && messageOfState(flow, await getSteps(store.read, flow))
  }

  /** What must be read before it is told, told in the order in which it happened. */
  let reading = Promise.resolve()

  /** Facts about escalations and calls, and what people do to flows. */
  const subscriber: Subscriber = {
    types: 'all',
    async onAppend(tx, { event }) {
      if (!server) return
      const announced = announcementOf(event)
      if (announced) {
        tx.afterCommit(() => {
          if (!server?.isFollowed(announced.channel)) return
          inOrder(async () => {
            const message = await announced.read(store, org)
            if (message) server?.tell(announced.channel, message)
          })
        })
      }
      if (event.type === 'flow_input_required') tx.afterCommit(() => inOrder(() => tellAbove(event)))
    },
  }

  function inOrder(tell: () => Promise<void>) {
    reading = reading
      .then(tell)
      .catch((error: unknown) => deps.log.warn({ err: error }, 'followers could not be told of an event'))
  }

  /** What a branch or a sub-flow asks is told to those who follow the flows above it as well. */
  async function tellAbove({ flowId, moment }: EventOf<'flow_input_required'>) {
    const flow = await getFlow(store.read, org, flowId)
    if (!flow || flow.parent_flow_id === null) return
    const above = (await flowsAbove(store.read, flowId)).map(({ id }) => flowChannel(id))
    const followed = above.filter((channel) => server?.isFollowed(channel))
    const message = followed.length > 0 && messageOfState(flow, await getSteps(store.read, flow), moment)
    if (message) for (const channel of followed) server?.tell(channel, message)
  }

  return {
    subscriber,
    /** Told by the engine of every committed transition. */
    onTransition(before: FlowState, transition: Transition) {
      const channel = flowChannel(transition.flow.id)
      if (!server?.isFollowed(channel)) return
      for (const message of messagesOf(before, transition)) server.tell(channel, message)
    },
    async handleRequest(request: IncomingMessage, response: ServerResponse) {
      const opened = await open()
      if (isClosed) response.writeHead(503).end()
      else opened.handleRequest(request, response)
    },
    async handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      // A connection that breaks before it is somebody else's is no reason to stop the process.
      socket.on('error', () => socket.destroy())
      // Node asks `isWebsocket` itself only from 24.9 on.
      if (!isWebsocket(request) || isClosed) {
        socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
        return
      }
      upgraded.add(socket)
      socket.on('close', () => upgraded.delete(socket))
      const opened = await open()
      if (isClosed) socket.destroy()
      else opened.handleUpgrade(request, socket, head)
    },
    /** Says goodbye; who does not hang up within `graceMs` is cut off. */
    close(graceMs = 1_000) {
      isClosed = true
      server?.close()
      setTimeout(() => {
        for (const socket of upgraded) socket.destroy()
      }, graceMs).unref()
    },
  }
}
