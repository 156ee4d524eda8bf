/**
 * The first schema. Both databases take it as it stands: text, bigint, `double precision` and bytea mean the
 * same to SQLite's affinities. Times are epoch milliseconds, JSON is text, every table names its organisation.
 */
export const foundation = {
  name: '0001-foundation',
  statements: [
    // — facts —
    `CREATE TABLE deliveries (
      id text PRIMARY KEY, org text NOT NULL, source text NOT NULL, delivery_key text NOT NULL,
      received_at bigint NOT NULL, outcome text NOT NULL, reason text, headers text NOT NULL, body bytea NOT NULL,
      UNIQUE (org, source, delivery_key))`,
    `CREATE TABLE events (
      id text PRIMARY KEY, org text NOT NULL, type text NOT NULL, source text NOT NULL, dedupe_key text,
      delivery_id text, case_id text, subject text, cause text, depth bigint NOT NULL,
      occurred_at bigint NOT NULL, received_at bigint NOT NULL, payload text NOT NULL)`,
    'CREATE UNIQUE INDEX events_once ON events (org, source, dedupe_key) WHERE dedupe_key IS NOT NULL',
    'CREATE INDEX events_case ON events (org, case_id, id)',
    'CREATE INDEX events_subject ON events (org, subject, type, id) WHERE subject IS NOT NULL',

    // — work —
    `CREATE TABLE work (
      id text PRIMARY KEY, org text NOT NULL, kind text NOT NULL, work_key text, unique_key text,
      payload text NOT NULL, case_id text, run_at bigint NOT NULL, attempts bigint NOT NULL, state text NOT NULL,
      lease_until bigint, leased_key text, last_error text, created_at bigint NOT NULL)`,
    "CREATE INDEX work_due ON work (run_at) WHERE state = 'due'",
    "CREATE INDEX work_leased ON work (lease_until) WHERE state = 'leased'",
    "CREATE INDEX work_dead ON work (org, id) WHERE state = 'dead'",
    'CREATE UNIQUE INDEX work_one_per_key ON work (leased_key) WHERE leased_key IS NOT NULL',
    "CREATE UNIQUE INDEX work_waiting_once ON work (org, unique_key) WHERE state = 'due' AND unique_key IS NOT NULL",

    // — acts —
    `CREATE TABLE effects (
      id text PRIMARY KEY, org text NOT NULL, skill text NOT NULL, class text NOT NULL, idempotency_key text NOT NULL,
      cause text NOT NULL, actor text NOT NULL, case_id text, flow_id text, ticket text, customer_id text,
      input text NOT NULL, state text NOT NULL, answer text, error text, attempts bigint NOT NULL,
      created_at bigint NOT NULL, updated_at bigint NOT NULL, UNIQUE (org, idempotency_key))`,
    'CREATE INDEX effects_flow ON effects (org, flow_id, id)',
    "CREATE INDEX effects_contacts ON effects (org, customer_id, created_at) WHERE class = 'contact'",
    `CREATE TABLE desk_writes (
      id text PRIMARY KEY, org text NOT NULL, effect_id text NOT NULL, ticket text NOT NULL, field text NOT NULL,
      old_value text, new_value text, state text NOT NULL, at bigint NOT NULL)`,
    'CREATE INDEX desk_writes_ticket ON desk_writes (org, ticket, at)',
    'CREATE INDEX desk_writes_effect ON desk_writes (effect_id)',

    // — flows —
    `CREATE TABLE flows (
      id text PRIMARY KEY, org text NOT NULL, template text, template_version bigint, title text NOT NULL,
      original_request text NOT NULL, status text NOT NULL, context text NOT NULL, position bigint NOT NULL,
      total_steps bigint NOT NULL, completed_steps bigint NOT NULL, steps_executed bigint NOT NULL,
      retry_count bigint NOT NULL, max_retries bigint NOT NULL, last_error text, outcome text,
      requested_by text NOT NULL, requested_from text NOT NULL, case_id text NOT NULL,
      ticket text, customer_id text, fence bigint,
      waiting_for text, waiting_until bigint, deadline_at bigint NOT NULL,
      planning_prompt text, model_run_id text,
      started_at bigint, paused_at bigint, completed_at bigint, created_at bigint NOT NULL, updated_at bigint NOT NULL)`,
    'CREATE INDEX flows_list ON flows (org, status, id)',
    'CREATE INDEX flows_ticket ON flows (org, ticket)',
    'CREATE INDEX flows_customer ON flows (org, customer_id)',
    "CREATE UNIQUE INDEX flows_one_per_ticket ON flows (org, template, ticket) WHERE ticket IS NOT NULL AND status NOT IN ('completed', 'failed', 'cancelled')",
    "CREATE INDEX flows_deadline ON flows (deadline_at) WHERE status NOT IN ('completed', 'failed', 'cancelled')",
    `CREATE TABLE flow_steps (
      id text PRIMARY KEY, org text NOT NULL, flow_id text NOT NULL, position bigint NOT NULL, parent_step_id text,
      type text NOT NULL, name text NOT NULL, skill text, title text NOT NULL, description text,
      input_params text NOT NULL, param_mappings text NOT NULL, settings text NOT NULL,
      on_success_goto bigint, on_fail_goto bigint,
      status text NOT NULL, runs bigint NOT NULL, attempts bigint NOT NULL, input text, result text, error text, user_response text,
      wait_until bigint, started_at bigint, completed_at bigint, created_at bigint NOT NULL, updated_at bigint NOT NULL,
      UNIQUE (flow_id, position))`,
    `CREATE TABLE flow_logs (
      id text PRIMARY KEY, org text NOT NULL, flow_id text NOT NULL, step_id text, type text NOT NULL,
      message text NOT NULL, metadata text NOT NULL, actor_type text NOT NULL, actor_id text, at bigint NOT NULL)`,
    'CREATE INDEX flow_logs_flow ON flow_logs (flow_id, id)',
    `CREATE TABLE flow_waits (
      step_id text NOT NULL, org text NOT NULL, flow_id text NOT NULL, event_type text NOT NULL,
      correlation text NOT NULL, until bigint NOT NULL, PRIMARY KEY (step_id, event_type))`,
    'CREATE INDEX flow_waits_match ON flow_waits (org, event_type, correlation)',

    // — desk —
    `CREATE TABLE tickets (
      ref text NOT NULL, org text NOT NULL, desk text NOT NULL, desk_id text NOT NULL, url text NOT NULL,
      subject text NOT NULL, status text NOT NULL, priority text, tags text NOT NULL, channel text,
      requester_id text NOT NULL, assignee_id text, group_id text, customer_id text,
      to_ai bigint NOT NULL, fence bigint NOT NULL,
      first_reply_minutes double precision, resolution_minutes double precision,
      created_at bigint NOT NULL, updated_at bigint NOT NULL, solved_at bigint, synced_at bigint NOT NULL,
      PRIMARY KEY (org, ref))`,
    'CREATE INDEX tickets_status ON tickets (org, status, ref)',
    'CREATE INDEX tickets_requester ON tickets (org, desk, requester_id)',
    `CREATE TABLE desk_cursors (
      org text NOT NULL, desk text NOT NULL, cursor text, polled_at bigint, missed bigint NOT NULL, recovered bigint NOT NULL,
      last_webhook_at bigint, PRIMARY KEY (org, desk))`,

    // — customers —
    `CREATE TABLE customers (
      id text PRIMARY KEY, org text NOT NULL, name text NOT NULL, email text, phone text, locale text, time_zone text,
      organization text, stage text NOT NULL, tags text NOT NULL, created_at bigint NOT NULL, updated_at bigint NOT NULL)`,
    'CREATE INDEX customers_list ON customers (org, id)',
    `CREATE TABLE customer_identities (
      org text NOT NULL, kind text NOT NULL, value text NOT NULL, customer_id text NOT NULL, verified bigint NOT NULL,
      created_at bigint NOT NULL, PRIMARY KEY (org, kind, value))`,
    'CREATE INDEX customer_identities_customer ON customer_identities (org, customer_id)',
    `CREATE TABLE consents (
      id text PRIMARY KEY, org text NOT NULL, customer_id text NOT NULL, kind text NOT NULL, given bigint NOT NULL,
      words text NOT NULL, channel text NOT NULL, proof text NOT NULL, at bigint NOT NULL)`,
    'CREATE INDEX consents_customer ON consents (org, customer_id, id)',
    `CREATE TABLE profiles (
      id text PRIMARY KEY, org text NOT NULL, customer_id text NOT NULL, ticket text, profile text NOT NULL,
      dropped text NOT NULL, changes text NOT NULL, sources text NOT NULL, model_run_id text, created_at bigint NOT NULL)`,
    'CREATE INDEX profiles_customer ON profiles (org, customer_id, id)',
    `CREATE TABLE messages (
      id text PRIMARY KEY, org text NOT NULL, customer_id text NOT NULL, channel text NOT NULL, direction text NOT NULL,
      kind text NOT NULL, ticket text, flow_id text, call_id text, effect_id text, provider text, provider_id text,
      header_id text, in_reply_to text, subject text, body text NOT NULL, status text NOT NULL, meta text NOT NULL,
      at bigint NOT NULL)`,
    'CREATE INDEX messages_customer ON messages (org, customer_id, id)',
    'CREATE INDEX messages_flow ON messages (org, flow_id, id)',
    'CREATE UNIQUE INDEX messages_provider ON messages (org, provider, provider_id, direction) WHERE provider_id IS NOT NULL',
    'CREATE INDEX messages_call ON messages (org, call_id, id) WHERE call_id IS NOT NULL',
    'CREATE INDEX messages_effect ON messages (org, effect_id) WHERE effect_id IS NOT NULL',
    'CREATE INDEX messages_header ON messages (org, header_id) WHERE header_id IS NOT NULL',

    // — calls —
    `CREATE TABLE calls (
      id text PRIMARY KEY, org text NOT NULL, customer_id text NOT NULL, ticket text, flow_id text, case_id text NOT NULL,
      status text NOT NULL, phone text NOT NULL, language text NOT NULL, attempts bigint NOT NULL,
      provider text, provider_call_id text, provider_key text, context_pack text NOT NULL,
      held_gate text, held_until bigint, outcome text, ended_reason text, reason text,
      started_at bigint, ended_at bigint, duration_s double precision, summary text, success bigint,
      recording_url text, cost_usd double precision, dialled_at bigint, created_at bigint NOT NULL, updated_at bigint NOT NULL)`,
    'CREATE INDEX calls_provider ON calls (org, provider, provider_call_id)',
    'CREATE INDEX calls_key ON calls (org, provider_key)',
    'CREATE INDEX calls_list ON calls (org, status, id)',
    'CREATE INDEX calls_flow ON calls (org, flow_id, id)',
    'CREATE INDEX calls_customer ON calls (org, customer_id, id)',

    // — people —
    `CREATE TABLE escalations (
      id text PRIMARY KEY, org text NOT NULL, cause text NOT NULL, priority text NOT NULL, status text NOT NULL,
      source text NOT NULL, reason text NOT NULL, brief text NOT NULL, ticket text, customer_id text, call_id text,
      flow_id text, assigned_to text, outcome text, note text, created_at bigint NOT NULL, updated_at bigint NOT NULL,
      resolved_at bigint, UNIQUE (org, cause))`,
    'CREATE INDEX escalations_list ON escalations (org, status, id)',
    'CREATE INDEX escalations_flow ON escalations (org, flow_id, id)',
    `CREATE TABLE chat_messages (
      org text NOT NULL, card text NOT NULL, surface text NOT NULL, channel text NOT NULL, message text NOT NULL,
      view text NOT NULL, updated_at bigint NOT NULL, PRIMARY KEY (org, card, surface))`,

    // — AI —
    `CREATE TABLE model_runs (
      id text PRIMARY KEY, org text NOT NULL, purpose text NOT NULL, prompt text NOT NULL, provider text NOT NULL,
      model text NOT NULL, input_tokens bigint NOT NULL, output_tokens bigint NOT NULL, cost_usd double precision,
      latency_ms double precision NOT NULL, outcome text NOT NULL, error text, case_id text, at bigint NOT NULL)`,
    'CREATE INDEX model_runs_case ON model_runs (org, case_id, id)',
    `CREATE TABLE ai_actions (
      id text PRIMARY KEY, org text NOT NULL, event_type text NOT NULL, case_id text, customer_id text, flow_id text,
      data text NOT NULL, at bigint NOT NULL)`,
    'CREATE INDEX ai_actions_case ON ai_actions (org, case_id, id)',

    // — knowledge, access —
    `CREATE TABLE knowledge_documents (
      id text PRIMARY KEY, org text NOT NULL, source text NOT NULL, title text NOT NULL, content_type text NOT NULL,
      bytes bigint NOT NULL, hash text NOT NULL, chunk_count bigint NOT NULL, labels text NOT NULL,
      ingested_at bigint NOT NULL, UNIQUE (org, source))`,
    `CREATE TABLE api_tokens (
      id text PRIMARY KEY, org text NOT NULL, name text NOT NULL, hash text NOT NULL UNIQUE, scopes text NOT NULL,
      created_at bigint NOT NULL)`,
  ],
} as const
