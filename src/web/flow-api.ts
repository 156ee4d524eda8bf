import type {
  flowAnalytics,
  needListed,
  Plan,
  previewReplay,
  retryAlike,
  showSchedule,
  showTrigger,
} from '../flows/index.ts'
import type { showUndoing } from '../inbound/api/flow-back.ts'
import type { showPlan } from '../inbound/api/flow-plan.ts'
import type { showSkill } from '../inbound/api/more.ts'
import { call, type LogLine, type Page, query } from './api.ts'

/** A request in words, planned and not started. */
export type PlannedFlow = ReturnType<typeof showPlan> & { planned_steps: Plan['steps'] }
export type Template = Awaited<ReturnType<typeof needListed>>
export type TemplateStep = Template['steps'][number]
export type TemplateParam = Template['params'][string]
export type Effect = Awaited<ReturnType<typeof previewReplay>>['effects'][number]
export type Undoing = ReturnType<typeof showUndoing>
export type Schedule = Awaited<ReturnType<typeof showSchedule>>
export type Trigger = Awaited<ReturnType<typeof showTrigger>>
export type Analytics = Awaited<ReturnType<typeof flowAnalytics>>
export type Retried = Awaited<ReturnType<typeof retryAlike>>
export type Skill = ReturnType<typeof showSkill>

type Request = { message: string; ticket?: string }
type Started = { flow: { id: string } }
type Paged = { cursor?: string | undefined; limit?: string }
type Values = Record<string, unknown>

export type ScheduleFields = {
  name: string
  template: string
  params: Values
  cron: string
  zone: string
  missed: string
}
/** What a template takes out of a finished run. */
export type TakenParam = { type: string; description: string; from: string }

const flow = (id: string) => `/ai/flows/${id}`
const schedule = (id: string) => `/ai/flow-schedules/${id}`
const trigger = (id: string) => `/ai/flow-triggers/${id}`

/** What the flow screens ask of the hub; `api.ts` has the rest. */
export const flowApi = {
  /** Without a question of its own: the page shows it, and starts what it has shown. */
  plan: (request: Request) =>
    call<{ plan: PlannedFlow }>('POST', '/ai/flows', { ...request, preview: true, confirm: false }),
  startPlan: (request: Request, { title, planned_steps, suggestions }: PlannedFlow) =>
    call<Started>('POST', '/ai/flows', { ...request, plan: { title, planned_steps, suggestions } }),
  startTemplate: (template: string, params: Values) =>
    call<Started>('POST', '/ai/flows', { template, params }),

  /** What a run's log has after a line of it. */
  logsAfter: (id: string, line: string) =>
    call<Page<LogLine>>('GET', `${flow(id)}/logs${query({ cursor: line, limit: '200' })}`),
  delegate: (id: string, step: string, to: string, note: string | null) =>
    call<unknown>('POST', `${flow(id)}/steps/${step}/delegate`, { to, note }),
  insertStep: (id: string, after: number, step: unknown) =>
    call<unknown>('POST', `${flow(id)}/steps`, { after, step }),
  deleteStep: (id: string, step: string) => call<unknown>('DELETE', `${flow(id)}/steps/${step}`),

  replayPreview: (id: string, from: number) =>
    call<{ effects: Effect[] }>('GET', `${flow(id)}/replay?from=${from}`),
  replay: (id: string, body: { from: number; input: Values; again: number[] }) =>
    call<Started>('POST', `${flow(id)}/replay`, body),
  undoPreview: (id: string) => call<{ effects: Undoing[] }>('GET', `${flow(id)}/rollback`),
  undo: (id: string, only: string[]) => call<Started>('POST', `${flow(id)}/rollback`, { only }),

  templates: (page: Paged) => call<Page<Template>>('GET', `/ai/flow-templates${query(page)}`),
  template: (name: string, version: number | null) =>
    call<Template>(
      'GET',
      `/ai/flow-templates/${name}${query({ version: version ? String(version) : undefined })}`,
    ),
  saveTemplate: (body: {
    name: string
    title: string
    description: string
    from_flow: string
    params: Record<string, TakenParam>
  }) => call<{ template: Template }>('POST', '/ai/flow-templates', body),

  schedules: (page: Paged) => call<Page<Schedule>>('GET', `/ai/flow-schedules${query(page)}`),
  addSchedule: (fields: ScheduleFields) => call<Schedule>('POST', '/ai/flow-schedules', fields),
  switchSchedule: (id: string, enabled: boolean) => call<Schedule>('PATCH', schedule(id), { enabled }),
  removeSchedule: (id: string) => call<unknown>('DELETE', schedule(id)),
  runSchedule: (id: string) => call<Started>('POST', `${schedule(id)}/run`, {}),

  triggers: (page: Paged) => call<Page<Trigger>>('GET', `/ai/flow-triggers${query(page)}`),
  switchTrigger: (id: string, enabled: boolean) => call<Trigger>('PATCH', trigger(id), { enabled }),
  removeTrigger: (id: string) => call<unknown>('DELETE', trigger(id)),

  analytics: (about: { since: string; template?: string | undefined }) =>
    call<Analytics>('GET', `/ai/flow-analytics${query(about)}`),
  retryAlike: (fingerprint: string, cursor?: string) =>
    call<Retried>('POST', `/ai/flow-analytics/failures/${fingerprint}/retry`, cursor ? { cursor } : {}),

  skills: (page: Paged) => call<Page<Skill>>('GET', `/skills${query(page)}`),
}
