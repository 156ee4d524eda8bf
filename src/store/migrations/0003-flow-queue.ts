const LOG_COLUMNS = 'flow_id, id, org, step_id, type, message, metadata, actor_type, actor_id, at'
const LOGS = `CREATE TABLE flow_logs (
  flow_id text NOT NULL, id text NOT NULL, org text NOT NULL, step_id text, type text NOT NULL,
  message text NOT NULL, metadata text NOT NULL, actor_type text NOT NULL, actor_id text, at bigint NOT NULL,
  CONSTRAINT flow_logs_key PRIMARY KEY (flow_id, id))`

/**
 * What the flow queue needs beyond the main job: prompts, bounds, children, replays, undoing, saved templates,
 * schedules, triggers. A flow's log is one tree, in the order in which it is written and read.
 */
export const flowQueue = {
  name: '0003-flow-queue',
  statements: [
    // — flows —
    'ALTER TABLE flows ADD COLUMN entered_at bigint',
    'ALTER TABLE flows ADD COLUMN entered_runs bigint NOT NULL DEFAULT 0',
    "ALTER TABLE flows ADD COLUMN bounds text NOT NULL DEFAULT '{}'",
    'ALTER TABLE flows ADD COLUMN spent_usd double precision NOT NULL DEFAULT 0',
    'ALTER TABLE flows ADD COLUMN spent_tokens bigint NOT NULL DEFAULT 0',
    'ALTER TABLE flows ADD COLUMN steps_below bigint NOT NULL DEFAULT 0',
    'ALTER TABLE flows ADD COLUMN parent_flow_id text',
    'ALTER TABLE flows ADD COLUMN parent_step_id text',
    'ALTER TABLE flows ADD COLUMN parent_runs bigint',
    'ALTER TABLE flows ADD COLUMN branch text',
    'ALTER TABLE flows ADD COLUMN depth bigint NOT NULL DEFAULT 0',
    'ALTER TABLE flows ADD COLUMN replay_of text',
    'ALTER TABLE flows ADD COLUMN undo_of text',
    'ALTER TABLE flows ADD COLUMN fingerprint text',
    'ALTER TABLE flows ADD COLUMN start_key text',
    'ALTER TABLE flows ADD COLUMN waited_ms bigint NOT NULL DEFAULT 0',
    'CREATE INDEX flows_children ON flows (parent_flow_id, parent_step_id) WHERE parent_flow_id IS NOT NULL',
    'CREATE INDEX flows_derived ON flows (org, replay_of) WHERE replay_of IS NOT NULL',
    'CREATE INDEX flows_undoing ON flows (org, undo_of) WHERE undo_of IS NOT NULL',
    'CREATE UNIQUE INDEX flows_once ON flows (org, start_key) WHERE start_key IS NOT NULL',
    // Without it SQLite sorts all flows of the organisation for the newest ones.
    'CREATE INDEX flows_newest ON flows (org, id)',
    'CREATE INDEX flows_of_template ON flows (org, template, id)',
    'CREATE INDEX flows_failures ON flows (org, fingerprint, id) WHERE fingerprint IS NOT NULL',
    "CREATE INDEX flows_overslept ON flows (org, waiting_until) WHERE waiting_until IS NOT NULL AND status NOT IN ('completed', 'failed', 'cancelled')",

    // — steps, logs, waits —
    'ALTER TABLE flow_steps ADD COLUMN prompt text',
    'ALTER TABLE flow_steps ADD COLUMN repairs text',
    'ALTER TABLE flow_steps ADD COLUMN error_code text',
    'ALTER TABLE flow_steps ADD COLUMN waited_ms bigint NOT NULL DEFAULT 0',
    'DROP INDEX flow_logs_flow',
    'ALTER TABLE flow_logs RENAME TO flow_logs_before',
    { sqlite: `${LOGS} WITHOUT ROWID`, postgres: LOGS },
    `INSERT INTO flow_logs (${LOG_COLUMNS}) SELECT ${LOG_COLUMNS} FROM flow_logs_before`,
    'DROP TABLE flow_logs_before',
    // Two alternatives of one wait may be of the same type.
    'DROP INDEX flow_waits_match',
    'ALTER TABLE flow_waits RENAME TO flow_waits_before',
    `CREATE TABLE flow_waits (
      step_id text NOT NULL, org text NOT NULL, flow_id text NOT NULL, event_type text NOT NULL,
      correlation text NOT NULL, until bigint NOT NULL,
      CONSTRAINT flow_waits_key PRIMARY KEY (step_id, event_type, correlation))`,
    'INSERT INTO flow_waits (step_id, org, flow_id, event_type, correlation, until) SELECT step_id, org, flow_id, event_type, correlation, until FROM flow_waits_before',
    'DROP TABLE flow_waits_before',
    'CREATE INDEX flow_waits_match ON flow_waits (org, event_type, correlation)',
    'CREATE INDEX flow_waits_flow ON flow_waits (flow_id)',

    // — whose work is in the queue —
    'CREATE INDEX work_key ON work (work_key) WHERE work_key IS NOT NULL',

    // — what a flow's model runs cost —
    'ALTER TABLE model_runs ADD COLUMN flow_id text',

    // — templates, schedules, triggers —
    `CREATE TABLE flow_templates (
      org text NOT NULL, name text NOT NULL, version bigint NOT NULL, definition text NOT NULL,
      created_by text NOT NULL, from_flow text, created_at bigint NOT NULL, PRIMARY KEY (org, name, version))`,
    `CREATE TABLE flow_schedules (
      id text PRIMARY KEY, org text NOT NULL, name text NOT NULL, template text NOT NULL, params text NOT NULL,
      cron text NOT NULL, zone text NOT NULL, missed text NOT NULL, enabled bigint NOT NULL,
      next_at bigint, last_due_at bigint, last_flow_id text, last_error text, last_note text,
      created_by text NOT NULL, created_at bigint NOT NULL, updated_at bigint NOT NULL)`,
    'CREATE INDEX flow_schedules_list ON flow_schedules (org, id)',
    `CREATE TABLE flow_triggers (
      id text PRIMARY KEY, org text NOT NULL, name text NOT NULL, event_type text NOT NULL, conditions text NOT NULL,
      template text NOT NULL, params text NOT NULL, enabled bigint NOT NULL,
      last_at bigint, last_event_id text, last_flow_id text, last_error text,
      created_by text NOT NULL, created_at bigint NOT NULL, updated_at bigint NOT NULL)`,
    'CREATE INDEX flow_triggers_match ON flow_triggers (org, event_type) WHERE enabled = 1',
    'CREATE INDEX flow_triggers_list ON flow_triggers (org, id)',
  ],
} as const
