import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import express, { type Express, type Request } from 'express'
import { integrations } from '../integrations/index.ts'
import { createHub } from '../src/app.ts'
import { ensureSecrets, loadConfig } from '../src/config/index.ts'
import { systemClock } from '../src/ops/clock.ts'
import { createLog } from '../src/ops/log.ts'
import { serveParent } from './child.ts'

/**
 * One door for Zendesk's webhooks, in a process of its own: `node webhooks-door.ts <which> <folder> <flushMs>`.
 * `hub`: the hub as it is, of which only the work's dispatcher does not run. `group` and `single`: the least
 * that a careful handler does, with one flush for all that waits, and with one flush per request.
 */
const [which = 'hub', folder = '.', flushMs = '0'] = process.argv.slice(2)
const SECRET = process.env.ZENDESK_WEBHOOK_SECRET ?? ''

if (Number(flushMs) > 0) slowFlushes(Number(flushMs))
const door = which === 'hub' ? await hub() : which === 'group' ? groupCommit() : onePerRequest()
const server = createServer(door.app)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
serveParent(
  { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
  (question) => (question === 'cpu' ? process.cpuUsage() : door.stored()),
  async () => {
    server.close()
    server.closeAllConnections()
    await door.close()
  },
)

/** Every COMMIT takes so much longer, as on a disk that flushes slowly. The process stands still, as it then does. */
function slowFlushes(ms: number) {
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  const prepare = Sqlite.prototype.prepare
  Object.assign(Sqlite.prototype, {
    prepare(this: Sqlite.Database, sql: string) {
      const statement: Sqlite.Statement<unknown[]> = prepare.call(this, sql)
      if (sql !== 'COMMIT') return statement
      const run = statement.run.bind(statement)
      statement.run = (...values) => {
        Atomics.wait(sleeper, 0, 0, ms)
        return run(...values)
      }
      return statement
    },
  })
}

async function hub() {
  const config = loadConfig(process.env, integrations)
  const made = await createHub({
    // Of the roles this one only takes in; that it needs Postgres elsewhere is for having several processes.
    config: { ...config, store: { ...config.store, dataDir: folder, role: 'web' } },
    secrets: ensureSecrets({ ...config, store: { ...config.store, dataDir: folder } }, () => {}),
    integrations,
    clock: systemClock(),
    log: createLog(config.logging),
    version: 'bench',
  })
  const file = join(folder, 'switchboard.db')
  return { app: made.http, stored: () => countOf(file, 'deliveries'), close: () => made.stop() }
}

type Row = [key: string, receivedAt: number, headers: string, body: Buffer]

/** The careful handler by itself: `store` answers once the row is on disk. */
function handler(store: (row: Row) => Promise<void>): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('etag', false)
  app.post(
    '/api/v1/webhooks/zendesk',
    express.raw({ type: () => true, limit: '1mb' }),
    async (request, response) => {
      if (!isGenuine(request)) {
        response.status(401).end()
        return
      }
      const key = String(request.headers['x-zendesk-webhook-invocation-id'])
      await store([key, Date.now(), JSON.stringify(request.headers), request.body])
      response.status(200).type('application/json').send('{"ok":true}')
    },
  )
  return app
}

function isGenuine({ headers, body }: Request): boolean {
  const timestamp = String(headers['x-zendesk-webhook-signature-timestamp'])
  const expected = createHmac('sha256', SECRET).update(timestamp).update(body).digest()
  const given = Buffer.from(String(headers['x-zendesk-webhook-signature']), 'base64')
  const isSigned = given.length === expected.length && timingSafeEqual(given, expected)
  return isSigned && Math.abs(Date.now() - Date.parse(timestamp)) < 300_000
}

function openPlain() {
  const file = join(folder, 'plain.db')
  const db = new Sqlite(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE deliveries (key TEXT PRIMARY KEY, received_at, headers TEXT, body BLOB)')
  const insert = db.prepare('INSERT INTO deliveries VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  return { db, insert, begin, commit, stored: () => countOf(file, 'deliveries') }
}

function groupCommit() {
  const { db, insert, begin, commit, stored } = openPlain()
  let waiting: { row: Row; resolve: () => void }[] = []
  function flush() {
    const batch = waiting
    waiting = []
    begin.run()
    for (const { row } of batch) insert.run(...row)
    commit.run()
    for (const { resolve } of batch) resolve()
  }
  const app = handler(
    (row) =>
      new Promise((resolve) => {
        if (waiting.length === 0) setImmediate(flush)
        waiting.push({ row, resolve })
      }),
  )
  return { app, stored, close: async () => void db.close() }
}

function onePerRequest() {
  const { db, insert, begin, commit, stored } = openPlain()
  const app = handler(async (row) => {
    begin.run()
    insert.run(...row)
    commit.run()
  })
  return { app, stored, close: async () => void db.close() }
}

function countOf(file: string, table: string): number {
  const db = new Sqlite(file, { readonly: true })
  const { n } = db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }
  db.close()
  return n
}
