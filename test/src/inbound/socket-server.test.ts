import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io } from 'socket.io-client'
import { expect, it, vi } from 'vitest'
import { createSocketServer } from '../../../src/inbound/socket/socket-server.ts'
import { skillBench } from '../skills/bench.ts'

const CHANNEL = 'private-calls'
const KIB = 'x'.repeat(1024)

/** The socket server alone, and a client of it that follows a channel. */
async function followed() {
  const { store } = await skillBench([])
  const server = createSocketServer({
    auth: { store, apiToken: 'the-token', openOnLoopback: true },
    publicUrl: 'http://localhost',
    allowedOrigins: [],
    checkChannel: async () => {},
    summaryOf: async () => ({ event: 'Joined', data: {} }),
  })
  const http = createServer(server.handleRequest).on('upgrade', server.handleUpgrade)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false })
  const joined = new Promise((resolve) => client.once('Joined', resolve))
  client.emit('subscribe', { channel: CHANNEL })
  await joined
  return {
    server,
    client,
    [Symbol.dispose]() {
      client.disconnect()
      server.close()
      http.close()
      http.closeAllConnections()
    },
  }
}

it('a client that takes nothing off the hub is cut off before much waits for it', async () => {
  using one = await followed()
  for (let told = 0; told < 2_000; told += 1) one.server.tell(CHANNEL, { event: 'Told', data: { KIB } })
  expect(one.server.isFollowed(CHANNEL)).toBe(false)
})

it('a client that keeps up hears everything, in order', async () => {
  using one = await followed()
  const heard: unknown[] = []
  one.client.on('Told', (_channel, { number }) => heard.push(number))
  const all = Array.from({ length: 300 }, (_, number) => number)
  for (const number of all) one.server.tell(CHANNEL, { event: 'Told', data: { number, KIB } })
  await vi.waitFor(() => expect(heard).toHaveLength(all.length))
  expect(heard).toEqual(all)
  expect(one.server.isFollowed(CHANNEL)).toBe(true)
})
