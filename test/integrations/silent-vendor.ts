import { createServer } from 'node:http'
import nock from 'nock'
import { onTestFinished } from 'vitest'

/** A vendor that takes every request and never answers; gone when the test is. @returns its base address */
export async function silentVendor(): Promise<string> {
  const server = createServer((request) => request.resume())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  nock.enableNetConnect('127.0.0.1')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('listening on no port')
  return `http://127.0.0.1:${address.port}`
}
