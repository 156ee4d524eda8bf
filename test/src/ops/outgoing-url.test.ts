import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { fetchOutside, isPublicAddress, type OutgoingOptions } from '../../../src/ops/outgoing-url.ts'

const BOUNDS = { maxBytes: 1_000, timeoutMs: 2_000 }

describe('an address that may be fetched', () => {
  it.each(['1.1.1.1', '93.184.216.34', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )

  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.1.2'],
    ['this host', '0.0.0.0'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['link-local, with the metadata of clouds', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['benchmarking', '198.18.0.1'],
    ['documentation', '203.0.113.7'],
    ['multicast', '224.0.0.251'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['IPv6 loopback', '::1'],
    ['unspecified', '::'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped public', '::ffff:1.1.1.1'],
    ['IPv4-compatible', '::7f00:1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['6to4', '2002:7f00:1::'],
    ['Teredo', '2001:0:7f00:1::'],
    ['documentation', '2001:db8::1'],
    ['unique local', 'fd00::1'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['no address at all', 'example.com'],
  ])('%s (%s) is not', (_kind, address) => expect(isPublicAddress(address)).toBe(false))
})

describe('fetchOutside', () => {
  it.each([
    ['http://example.com/', 'bad_url'],
    ['ftp://example.com/', 'bad_url'],
    ['file:///etc/passwd', 'bad_url'],
    ['https://user:secret@example.com/', 'bad_url'],
    ['not an address', 'bad_url'],
    ['https://127.0.0.1/', 'private_address'],
    ['https://2130706433/', 'private_address'],
    ['https://0x7f.1/', 'private_address'],
    ['https://[::1]/', 'private_address'],
    ['https://[::ffff:10.0.0.1]/', 'private_address'],
    ['https://169.254.169.254/latest/meta-data', 'private_address'],
  ])('refuses %s', async (url, code) => {
    const resolve = async () => Promise.reject(new Error('names are not asked for here'))
    await expect(fetchOutside(url, { ...BOUNDS, resolve })).rejects.toMatchObject({ code })
  })

  it('refuses a name as soon as one of its addresses is not public', async () => {
    const resolve = async () => ['93.184.216.34', '10.0.0.5']
    await expect(fetchOutside('https://example.com/', { ...BOUNDS, resolve })).rejects.toMatchObject({
      code: 'private_address',
    })
  })

  it('says so when a name is not known', async () => {
    const resolve = async () => []
    await expect(fetchOutside('https://example.com/', { ...BOUNDS, resolve })).rejects.toThrow(
      'example.com is not known',
    )
  })

  it('connects to the address that was checked, under the name that was given', async () => {
    const fetched = await fetchFrom((request, response) => {
      response.setHeader('content-type', 'text/markdown; charset=utf-8').end(`# ${request.headers.host}`)
    })
    expect(fetched).toMatchObject({ contentType: 'text/markdown; charset=utf-8' })
    expect(String(fetched.body)).toMatch(/^# docs\.example\.com:\d+$/)
  })

  it.each<[string, RequestListener, string]>([
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1/admin' }).end(),
      'redirected',
    ],
    ['an error', (_, response) => response.writeHead(404).end(), 'not_fetched'],
    ['more than the bound', (_, response) => response.end('x'.repeat(1_001)), 'document_too_large'],
    [
      'a packed body',
      (_, response) => response.setHeader('content-encoding', 'gzip').end('…'),
      'not_fetched',
    ],
    ['nothing in time', () => {}, 'not_fetched'],
  ])('refuses %s', async (_kind, answer, code) => {
    await expect(fetchFrom(answer, { timeoutMs: 300 })).rejects.toMatchObject({ code })
  })
})

/** From a server on loopback, which only these tests may reach. */
async function fetchFrom(answer: RequestListener, bounds: Partial<OutgoingOptions> = {}) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    return await fetchOutside(`http://docs.example.com:${port}/prices.md`, {
      ...BOUNDS,
      allowHttp: true,
      resolve: async () => ['127.0.0.1'],
      isAllowed: (address) => address === '127.0.0.1',
      ...bounds,
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
