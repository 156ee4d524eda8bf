/**
 * The tables as rows (see migrations/ for indexes and constraints). Times are epoch milliseconds UTC,
 * JSON columns are text and are parsed by the repository that owns them, flags are 0 and 1.
 */

export type DeliveryTable = {
  id: string
  org: string
  source: string
  delivery_key: string
  received_at: number
  outcome: string
  reason: string | null
  headers: string
  body: Buffer
}

export type EventsTable = {
  id: string
  org: string
  type: string
  source: string
  dedupe_key: string | null
  delivery_id: string | null
  case_id: string | null
  subject: string | null
  cause: string | null
  depth: number
  occurred_at: number
  received_at: number
  payload: string
}

export type WorkTable = {
  id: string
  org: string
  kind: string
  work_key: string | null
  unique_key: string | null
  payload: string
  case_id: string | null
  run_at: number
  /** Runs that failed, and the one under way. */
  attempts: number
  state: string
  lease_until: number | null
  leased_key: string | null
  last_error: string | null
  created_at: number
  /** How often it was leased, ever. */
  leases: number
  /** How often in a row whoever had leased it was gone before it ended. */
  interruptions: number
}

export type EffectsTable = {
  id: string
  org: string
  skill: string
  class: string
  idempotency_key: string
  cause: string
  actor: string
  case_id: string | null
  flow_id: string | null
  ticket: string | null
  customer_id: string | null
  input: string
  state: string
  answer: string | null
  error: string | null
  attempts: number
  created_at: number
  updated_at: number
}

export type DeskWritesTable = {
  id: string
  org: string
  effect_id: string
  ticket: string
  field: string
  old_value: string | null
  new_value: string | null
  state: string
  at: number
}

export type FlowsTable = {
  id: string
  org: string
  template: string | null
  template_version: number | null
  title: string
  original_request: string
  status: string
  context: string
  position: number
  total_steps: number
  completed_steps: number
  steps_executed: number
  retry_count: number
  max_retries: number
  last_error: string | null
  outcome: string | null
  requested_by: string
  requested_from: string
  case_id: string
  ticket: string | null
  customer_id: string | null
  fence: number | null
  waiting_for: string | null
  waiting_until: number | null
  deadline_at: number
  planning_prompt: string | null
  model_run_id: string | null
  /** When the step at `position` was entered, and for which time: it is not written before it comes to something. */
  entered_at: number | null
  entered_runs: number
  bounds: string
  spent_usd: number
  spent_tokens: number
  steps_below: number
  /** The flow, its step and that step's run, of which this one is a branch or a sub-flow. */
  parent_flow_id: string | null
  parent_step_id: string | null
  parent_runs: number | null
  branch: string | null
  /** How many flows stand above it: those that it is part of, and those whose doing set it off. */
  depth: number
  replay_of: string | null
  undo_of: string | null
  fingerprint: string | null
  /** What makes starting it once: an occurrence of a schedule, a trigger and its event, an effect. */
  start_key: string | null
  /** How long of its time it waited: for people, events, times, or another attempt. */
  waited_ms: number
  started_at: number | null
  paused_at: number | null
  completed_at: number | null
  created_at: number
  updated_at: number
}

export type FlowStepsTable = {
  id: string
  org: string
  flow_id: string
  position: number
  parent_step_id: string | null
  type: string
  name: string
  skill: string | null
  title: string
  description: string | null
  input_params: string
  param_mappings: string
  settings: string
  on_success_goto: number | null
  on_fail_goto: number | null
  status: string
  runs: number
  attempts: number
  input: string | null
  result: string | null
  error: string | null
  error_code: string | null
  user_response: string | null
  prompt: string | null
  repairs: string | null
  wait_until: number | null
  /** How long of its time it waited, in its last run. */
  waited_ms: number
  started_at: number | null
  completed_at: number | null
  created_at: number
  updated_at: number
}

export type FlowLogsTable = {
  id: string
  org: string
  flow_id: string
  step_id: string | null
  type: string
  message: string
  metadata: string
  actor_type: string
  actor_id: string | null
  at: number
}

export type FlowTemplatesTable = {
  org: string
  name: string
  version: number
  definition: string
  created_by: string
  from_flow: string | null
  created_at: number
}

export type FlowSchedulesTable = {
  id: string
  org: string
  name: string
  template: string
  params: string
  cron: string
  zone: string
  missed: string
  enabled: number
  next_at: number | null
  last_due_at: number | null
  last_flow_id: string | null
  last_error: string | null
  last_note: string | null
  created_by: string
  created_at: number
  updated_at: number
}

export type FlowTriggersTable = {
  id: string
  org: string
  name: string
  event_type: string
  conditions: string
  template: string
  params: string
  enabled: number
  last_at: number | null
  last_event_id: string | null
  last_flow_id: string | null
  last_error: string | null
  created_by: string
  created_at: number
  updated_at: number
}

export type FlowWaitsTable = {
  step_id: string
  org: string
  flow_id: string
  event_type: string
  correlation: string
  until: number
}

export type TicketsTable = {
  ref: string
  org: string
  desk: string
  desk_id: string
  url: string
  subject: string
  status: string
  priority: string | null
  tags: string
  channel: string | null
  requester_id: string
  assignee_id: string | null
  group_id: string | null
  customer_id: string | null
  to_ai: number
  fence: number
  first_reply_minutes: number | null
  resolution_minutes: number | null
  created_at: number
  updated_at: number
  solved_at: number | null
  synced_at: number
}

export type DeskCursorsTable = {
  org: string
  desk: string
  cursor: string | null
  polled_at: number | null
  missed: number
  recovered: number
  last_webhook_at: number | null
}

export type CustomersTable = {
  id: string
  org: string
  name: string
  email: string | null
  phone: string | null
  locale: string | null
  time_zone: string | null
  organization: string | null
  stage: string
  tags: string
  created_at: number
  updated_at: number
}

export type CustomerIdentitiesTable = {
  org: string
  kind: string
  value: string
  customer_id: string
  verified: number
  created_at: number
}

export type ConsentsTable = {
  id: string
  org: string
  customer_id: string
  kind: string
  given: number
  words: string
  channel: string
  proof: string
  at: number
}

export type ProfilesTable = {
  id: string
  org: string
  customer_id: string
  ticket: string | null
  profile: string
  dropped: string
  changes: string
  sources: string
  model_run_id: string | null
  created_at: number
}

export type MessagesTable = {
  id: string
  org: string
  customer_id: string
  channel: string
  direction: string
  kind: string
  ticket: string | null
  flow_id: string | null
  call_id: string | null
  effect_id: string | null
  provider: string | null
  provider_id: string | null
  header_id: string | null
  in_reply_to: string | null
  subject: string | null
  body: string
  status: string
  meta: string
  at: number
}

export type CallsTable = {
  id: string
  org: string
  customer_id: string
  ticket: string | null
  flow_id: string | null
  case_id: string
  status: string
  phone: string
  language: string
  attempts: number
  provider: string | null
  provider_call_id: string | null
  provider_key: string | null
  context_pack: string
  held_gate: string | null
  held_until: number | null
  outcome: string | null
  ended_reason: string | null
  reason: string | null
  started_at: number | null
  ended_at: number | null
  duration_s: number | null
  summary: string | null
  success: number | null
  recording_url: string | null
  cost_usd: number | null
  dialled_at: number | null
  created_at: number
  updated_at: number
}

export type EscalationsTable = {
  id: string
  org: string
  cause: string
  priority: string
  status: string
  source: string
  reason: string
  brief: string
  ticket: string | null
  customer_id: string | null
  call_id: string | null
  flow_id: string | null
  assigned_to: string | null
  outcome: string | null
  note: string | null
  created_at: number
  updated_at: number
  resolved_at: number | null
}

export type ChatMessagesTable = {
  org: string
  card: string
  surface: string
  channel: string
  message: string
  view: string
  updated_at: number
}

export type ModelRunsTable = {
  id: string
  org: string
  purpose: string
  prompt: string
  provider: string
  model: string
  input_tokens: number
  output_tokens: number
  cost_usd: number | null
  latency_ms: number
  outcome: string
  error: string | null
  case_id: string | null
  flow_id: string | null
  at: number
}

export type AiActionsTable = {
  id: string
  org: string
  event_type: string
  case_id: string | null
  customer_id: string | null
  flow_id: string | null
  data: string
  at: number
}

export type KnowledgeDocumentsTable = {
  id: string
  org: string
  source: string
  title: string
  content_type: string
  bytes: number
  hash: string
  chunk_count: number
  labels: string
  ingested_at: number
}

export type ApiTokensTable = {
  id: string
  org: string
  name: string
  hash: string
  scopes: string
  created_at: number
}

export type Database = {
  migrations: { name: string; applied_at: number }
  deliveries: DeliveryTable
  events: EventsTable
  work: WorkTable
  effects: EffectsTable
  desk_writes: DeskWritesTable
  flows: FlowsTable
  flow_steps: FlowStepsTable
  flow_logs: FlowLogsTable
  flow_waits: FlowWaitsTable
  flow_templates: FlowTemplatesTable
  flow_schedules: FlowSchedulesTable
  flow_triggers: FlowTriggersTable
  tickets: TicketsTable
  desk_cursors: DeskCursorsTable
  customers: CustomersTable
  customer_identities: CustomerIdentitiesTable
  consents: ConsentsTable
  profiles: ProfilesTable
  messages: MessagesTable
  calls: CallsTable
  escalations: EscalationsTable
  chat_messages: ChatMessagesTable
  model_runs: ModelRunsTable
  ai_actions: AiActionsTable
  knowledge_documents: KnowledgeDocumentsTable
  api_tokens: ApiTokensTable
}
