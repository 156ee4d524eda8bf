import { z } from 'zod'
import { defineArea } from './area.ts'
import { decimal, duration, durations, integer, list, oneOf } from './fields.ts'

export const company = defineArea({
  title: 'Who speaks',
  env: z.object({
    COMPANY_NAME: z.string().optional().describe('The name that mails, calls and alerts speak for'),
    COMPANY_ABOUT: z
      .string()
      .optional()
      .describe('What the company does, in a sentence or two; the voice assistant is told'),
    COMPANY_ADDRESS: z
      .string()
      .optional()
      .describe('Postal address for the foot of mails, where the law wants one'),
    DEFAULT_COUNTRY: z
      .string()
      .regex(/^[A-Z]{2}$/, 'it must be two capital letters of ISO 3166, like IN, DE or US')
      .optional()
      .describe(
        'Country of phone numbers written without one, when the customer does not tell: IN, DE, US …',
      ),
    COMPANY_TIME_ZONE: z
      .string()
      .refine(isZone, 'it must be an IANA time zone, like Europe/Berlin')
      .prefault('UTC')
      .describe('Time zone of schedules that name none, like Europe/Berlin'),
  }),
  read: (env) => ({
    timeZone: env.COMPANY_TIME_ZONE,
    name: env.COMPANY_NAME ?? null,
    about: env.COMPANY_ABOUT ?? null,
    address: env.COMPANY_ADDRESS ?? null,
    defaultCountry: env.DEFAULT_COUNTRY ?? null,
  }),
})

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)$/

export const contacts = defineArea({
  title: 'When a customer may be contacted',
  env: z.object({
    APPROVE_CONTACTS: oneOf('never', 'first', 'always')
      .prefault('first')
      .describe('Which contacts a person approves: never, first (the first of each flow) or always'),
    APPROVE_OWN: oneOf('allow', 'deny')
      .prefault('allow')
      .describe(
        'Whether whoever asked for a flow may approve what it does: allow, or deny, so that two look',
      ),
    QUIET_HOURS: z
      .string()
      .refine(isQuietHours, 'it must be two times of day, like 21:00-08:00, or none')
      .prefault('21:00-08:00')
      .describe("When nobody is called or texted, in the customer's own time zone; none to allow all hours"),
    CONTACT_DAILY_CAP: integer(1)
      .prefault('3')
      .describe('How often one customer is contacted in a day, at most'),
  }),
  read: (env) => ({
    approve: env.APPROVE_CONTACTS,
    approveOwn: env.APPROVE_OWN === 'allow',
    /** Minutes after midnight; `from` is later than `to` when the night lies between. */
    quietHours: quietHours(env.QUIET_HOURS),
    dailyCap: env.CONTACT_DAILY_CAP,
  }),
})

function isQuietHours(text: string): boolean {
  if (text === 'none') return true
  const [from = '', to = '', ...more] = text.split('-')
  return TIME_OF_DAY.test(from) && TIME_OF_DAY.test(to) && from !== to && more.length === 0
}

function quietHours(text: string): { from: number; to: number } | null {
  if (text === 'none') return null
  const [from = '', to = ''] = text.split('-')
  return { from: minutes(from), to: minutes(to) }
}

function minutes(time: string): number {
  const [hours = '', minute = ''] = time.split(':')
  return Number(hours) * 60 + Number(minute)
}

export const waiting = defineArea({
  title: 'How long the job waits',
  env: z.object({
    REPLY_REMINDER_AFTER: duration()
      .prefault('24h')
      .describe('After how long without a reply the customer is reminded, once: 90m, 24h, 2d …'),
    REPLY_GIVE_UP_AFTER: duration()
      .prefault('72h')
      .describe('After how long without a reply the ticket goes to a person'),
    APPROVAL_GIVE_UP_AFTER: duration()
      .prefault('24h')
      .describe('After how long a contact that nobody approved goes to a person instead'),
    CALL_ANNOUNCED_AHEAD: duration()
      .prefault('15m')
      .describe('How long a customer whose call was announced has to object before it is placed'),
    DESK_SWEEP_EVERY: duration()
      .prefault('1m')
      .describe("How often the desk's own change list is compared with what its webhooks brought"),
  }),
  read(env, { mistake }) {
    if (env.REPLY_REMINDER_AFTER >= env.REPLY_GIVE_UP_AFTER)
      mistake(
        'REPLY_REMINDER_AFTER is not before REPLY_GIVE_UP_AFTER, so nobody would be reminded: make it shorter',
      )
    return {
      replyReminderMs: env.REPLY_REMINDER_AFTER,
      replyGiveUpMs: env.REPLY_GIVE_UP_AFTER,
      approvalGiveUpMs: env.APPROVAL_GIVE_UP_AFTER,
      callAnnouncedMs: env.CALL_ANNOUNCED_AHEAD,
      deskSweepMs: env.DESK_SWEEP_EVERY,
    }
  },
})

export const flows = defineArea({
  title: 'What one flow may use up before it pauses and asks',
  env: z.object({
    FLOW_MAX_STEPS: integer(1).prefault('500').describe('Steps executed, loops included'),
    FLOW_MAX_USD: decimal(0).prefault('5').describe('US dollars for models and calls'),
    FLOW_MAX_TOKENS: integer(0).prefault('500000').describe('Model tokens, in and out'),
    FLOW_MAX_DAYS: decimal(0).prefault('60').describe('Days since it started'),
  }),
  read: (env) => ({
    /** A template may set less, only a person more. */
    bounds: {
      steps: env.FLOW_MAX_STEPS,
      usd: env.FLOW_MAX_USD,
      tokens: env.FLOW_MAX_TOKENS,
      wallMs: env.FLOW_MAX_DAYS * 86_400_000,
    },
  }),
})

const PRICE = /^(.+)=(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/

export const model = defineArea({
  title: 'How the language model is asked',
  env: z.object({
    MODEL_TIMEOUT: duration()
      .prefault('30s')
      .describe('How long one answer may take before the second provider, or a template, takes over'),
    MODEL_PRICES: list()
      .refine(
        (items) => items.every((item) => PRICE.test(item)),
        'it must be prices with commas between, like some-model=0.25/2',
      )
      .prefault('')
      .describe('US dollars per million tokens in and out, to log what answers cost: some-model=0.25/2,…'),
  }),
  read: (env) => ({
    timeoutMs: env.MODEL_TIMEOUT,
    prices: Object.fromEntries(
      env.MODEL_PRICES.map((item) => {
        const [, name = '', input, output] = PRICE.exec(item) ?? []
        return [name, { input: Number(input), output: Number(output) }]
      }),
    ),
  }),
})

export const calls = defineArea({
  title: 'The auto-caller',
  env: z.object({
    CALL_SCHEDULER_INTERVAL_S: integer(1)
      .prefault('30')
      .describe('Seconds between two looks for calls that are due'),
    CALL_STATUS_POLL_INTERVAL_S: integer(1)
      .prefault('5')
      .describe('Seconds between two questions for the state of a call whose webhook is missing'),
    CALL_MAX_POLL_MINUTES: integer(1)
      .prefault('30')
      .describe('Minutes after which a silent call counts as failed'),
    CALL_MAX_RETRIES: integer(0)
      .prefault('3')
      .describe('How often a call is tried again before a person takes over'),
    CALL_RETRY_BACKOFF_MULTIPLIER: decimal(1)
      .prefault('2.0')
      .describe('By how much the wait before the next try grows each time'),
    CALL_CONCURRENCY: integer(1).prefault('10').describe('Calls at one time, at most'),
    CALL_RECORDING: oneOf('on', 'off')
      .prefault('on')
      .describe('Whether calls are recorded; the assistant says so first'),
  }),
  read: (env) => ({
    schedulerIntervalMs: env.CALL_SCHEDULER_INTERVAL_S * 1_000,
    pollIntervalMs: env.CALL_STATUS_POLL_INTERVAL_S * 1_000,
    maxPollMs: env.CALL_MAX_POLL_MINUTES * 60_000,
    maxRetries: env.CALL_MAX_RETRIES,
    backoffMultiplier: env.CALL_RETRY_BACKOFF_MULTIPLIER,
    concurrency: env.CALL_CONCURRENCY,
    record: env.CALL_RECORDING === 'on',
  }),
})

export const escalations = defineArea({
  title: 'Escalations',
  env: z.object({
    ESCALATION_PAGING: durations()
      .prefault('5m,15m,30m')
      .describe('When an unclaimed escalation pages again; no effect in this version, which alerts once'),
  }),
  read: (env) => ({ pagingMs: env.ESCALATION_PAGING }),
})

export const wallet = defineArea({
  title: 'Spending',
  env: z.object({
    WALLET_LOW_THRESHOLD: decimal(0)
      .optional()
      .describe('Currency units below which low_wallet is raised; no effect in this version'),
  }),
  read: (env) => ({ lowThreshold: env.WALLET_LOW_THRESHOLD ?? null }),
})
