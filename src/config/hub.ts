import { z } from 'zod'
import { secret } from '../ports/index.ts'
import { defineArea } from './area.ts'
import { integer, oneOf, origins, urlOf, webUrl } from './fields.ts'

export const server = defineArea({
  title: 'Where the hub listens',
  env: z.object({
    PORT: integer(0, 65_535).prefault('3000').describe('Port that the hub listens on'),
    HOST: z
      .string()
      .optional()
      .describe('Address that it listens on; 127.0.0.1 in the sandbox, else 0.0.0.0 (every address)'),
    PUBLIC_URL: webUrl()
      .optional()
      .describe('How vendors and browsers reach the hub; http://localhost:$PORT when not set'),
    ALLOWED_ORIGINS: origins()
      .optional()
      .describe(
        'Pages elsewhere that may use websocket and MCP, like https://crm.example.com, with commas between',
      ),
  }),
  read: (env, { sandbox }) => ({
    port: env.PORT,
    host: env.HOST ?? (sandbox ? '127.0.0.1' : '0.0.0.0'),
    publicUrl: env.PUBLIC_URL ?? `http://localhost:${env.PORT}`,
    allowedOrigins: env.ALLOWED_ORIGINS ?? [],
  }),
})

export const store = defineArea({
  title: 'Where it keeps what it knows, and which part of it this process is',
  env: z.object({
    DATA_DIR: z.string().prefault('./data').describe('Folder of the embedded database, index and keys'),
    DATABASE_URL: urlOf('postgres', 'postgresql')
      .meta({ secret: true })
      .optional()
      .describe('postgres://… for several processes; the embedded SQLite file when not set'),
    REDIS_URL: urlOf('redis', 'rediss')
      .meta({ secret: true })
      .optional()
      .describe('redis://… No effect in this version: each process hands out its work itself'),
    ROLE: oneOf('all', 'web', 'worker')
      .prefault('all')
      .describe('What this process does: web (doors only), worker (work only) or all'),
  }),
  read(env, { mistake, warning }) {
    if (env.REDIS_URL)
      warning('REDIS_URL has no effect in this version: each process hands out its work itself')
    if (env.ROLE !== 'all' && !env.DATABASE_URL)
      mistake(
        `ROLE is "${env.ROLE}", but the processes would share no database: set DATABASE_URL, or leave ROLE at all`,
      )
    return {
      dataDir: env.DATA_DIR,
      databaseUrl: env.DATABASE_URL ?? null,
      redisUrl: env.REDIS_URL ?? null,
      role: env.ROLE,
    }
  },
})

const SECRET_KEY_MIN = 32
const API_TOKEN_MIN = 16

export const secrets = defineArea({
  title: 'Its own secrets',
  env: z.object({
    SECRET_KEY: secret()
      .min(
        SECRET_KEY_MIN,
        `it must be at least ${SECRET_KEY_MIN} characters, as \`openssl rand -hex 32\` makes`,
      )
      .optional()
      .describe('Signs the reply address of each mail; made in DATA_DIR when not set'),
    API_TOKEN: secret()
      .min(
        API_TOKEN_MIN,
        `it must be at least ${API_TOKEN_MIN} characters, as \`openssl rand -hex 32\` makes`,
      )
      .optional()
      .describe('Bearer token that may do everything; made in DATA_DIR and printed once when not set'),
  }),
  read: (env) => ({ secretKey: env.SECRET_KEY ?? null, apiToken: env.API_TOKEN ?? null }),
})

export const logging = defineArea({
  title: 'Its log',
  env: z.object({
    LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent')
      .prefault('info')
      .describe('The least that is worth a line: trace, debug, info, warn, error, fatal or silent'),
    LOG_FORMAT: oneOf('pretty', 'json').optional().describe('pretty on a terminal, else json'),
  }),
  read: (env, { terminal }) => ({
    level: env.LOG_LEVEL,
    format: env.LOG_FORMAT ?? (terminal ? ('pretty' as const) : ('json' as const)),
  }),
})
