import { lookup } from 'node:dns/promises'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP } from 'node:net'
import { InputError, messageOf } from './errors.ts'

/**
 * Fetching an address that somebody gave us, without becoming their way into our own network: only public
 * addresses, checked after the name is resolved, and the very address that was checked is connected to.
 */

/** Everything that is not a public IPv4 host: IANA's special-purpose registry, multicast and reserved. */
const NOT_PUBLIC_V4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]
/** Of global unicast, what still is no public host: tunnels that carry an IPv4 address, and examples. */
const NOT_PUBLIC_V6: [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const notPublic = new BlockList()
for (const [net, prefix] of NOT_PUBLIC_V4) notPublic.addSubnet(net, prefix, 'ipv4')
const notPublicV6 = new BlockList()
for (const [net, prefix] of NOT_PUBLIC_V6) notPublicV6.addSubnet(net, prefix, 'ipv6')
const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')

/** Whether an IP address is one that anybody on the internet may reach. IPv4 inside IPv6 never counts. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !notPublic.check(address, 'ipv4')
  return family === 6 && globalUnicast.check(address, 'ipv6') && !notPublicV6.check(address, 'ipv6')
}

export type OutgoingOptions = {
  maxBytes: number
  timeoutMs: number
  /** Plain http as well. */
  allowHttp?: boolean
  /** What a name resolves to, and which addresses will do. */
  resolve?: (host: string) => Promise<string[]>
  isAllowed?: (address: string) => boolean
}

export type Fetched = { contentType: string | null; body: Buffer }

/**
 * Gets `url`, within bounds of size and time, following no redirect.
 * Throws InputError for what may not be fetched, or could not be.
 */
export async function fetchOutside(url: string, options: OutgoingOptions): Promise<Fetched> {
  const target = checkedUrl(url, options.allowHttp ?? false)
  const address = await checkedAddress(target, options)
  const signal = AbortSignal.timeout(options.timeoutMs)
  try {
    const answer = await connect(target, address, signal)
    return await read(answer, target, options.maxBytes)
  } catch (error) {
    if (error instanceof InputError) throw error
    const why = signal.aborted ? `no answer within ${options.timeoutMs / 1_000} s` : messageOf(error)
    throw new InputError('not_fetched', `${target.href} could not be fetched: ${why}.`)
  }
}

function checkedUrl(text: string, allowHttp: boolean): URL {
  const url = URL.parse(text)
  if (!url) throw new InputError('bad_url', `"${text}" is no address.`)
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:'))
    throw new InputError(
      'bad_url',
      `${url.protocol}// is not fetched${allowHttp ? '' : '; only https:// is'}.`,
    )
  if (url.username !== '' || url.password !== '')
    throw new InputError('bad_url', 'Addresses with a user name or password in them are not fetched.')
  return url
}

async function checkedAddress(url: URL, options: OutgoingOptions): Promise<string> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const { resolve = resolveName, isAllowed = isPublicAddress } = options
  const addresses = isIP(host) === 0 ? await resolve(host) : [host]
  const [first] = addresses
  if (first === undefined) throw new InputError('not_fetched', `${host} is not known to the name service.`)
  // One bad apple is enough: whoever answers so is up to something.
  if (!addresses.every(isAllowed))
    throw new InputError('private_address', `${host} is not a public address, so it is not fetched.`)
  return first
}

async function resolveName(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address)
  } catch {
    return []
  }
}

function connect(url: URL, address: string, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const family = isIP(address)
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      signal,
      agent: false,
      headers: { accept: 'text/markdown, text/html, text/plain, text/csv', 'accept-encoding': 'identity' },
      // Never asked again: a name could resolve to something else by now.
      lookup: (_host, wanted, done) =>
        wanted.all ? done(null, [{ address, family }]) : done(null, address, family),
    })
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    outgoing.end()
  })
}

async function read(answer: IncomingMessage, url: URL, maxBytes: number): Promise<Fetched> {
  const status = answer.statusCode ?? 0
  const { location, 'content-type': contentType, 'content-encoding': encoding } = answer.headers
  const refuse = (code: string, message: string) => {
    answer.destroy()
    return new InputError(code, message)
  }
  if (status >= 300 && status < 400)
    throw refuse('redirected', `${url.href} points to ${location ?? 'another address'}; give that address.`)
  if (status !== 200) throw refuse('not_fetched', `${url.href} answered with status ${status}.`)
  if (encoding && encoding !== 'identity')
    throw refuse('not_fetched', `${url.href} answered in ${encoding}, which was not asked for.`)
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of answer) {
    bytes += part.length
    if (bytes > maxBytes) throw refuse('document_too_large', `${url.href} has more than ${maxBytes} bytes.`)
    parts.push(part)
  }
  return { contentType: contentType ?? null, body: Buffer.concat(parts) }
}
