import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** Seconds; from a local model's answer to a call's end. */
const MODEL_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const WORK_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/**
 * What the hub counts, for `GET /metrics` (`registry.metrics()`). Labels hold names the hub knows, never
 * ids or text from outside: each new value is a series that is kept for ever.
 */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name: `switchboard_${name}`, help, labelNames, registers })
  const histogram = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    buckets: number[],
  ) => new Histogram({ name: `switchboard_${name}`, help, labelNames, buckets, registers })

  return {
    registry,
    webhooks: counter('webhooks_total', 'Webhooks by source and verdict', ['source', 'verdict']),
    events: counter('events_total', 'Events appended', ['type']),
    work: counter('work_total', 'Runs of due work by kind and result (done, failed, dead)', [
      'kind',
      'result',
    ]),
    workSeconds: histogram('work_seconds', 'How long a run of work took', ['kind'], WORK_SECONDS),
    effects: counter('effects_total', 'Writes to the outside by skill and state', ['skill', 'state']),
    modelCalls: counter('model_calls_total', 'Model calls by prompt, provider and outcome', [
      'prompt',
      'provider',
      'outcome',
    ]),
    modelSeconds: histogram('model_seconds', 'How long a model took to answer', ['provider'], MODEL_SECONDS),
    modelTokens: counter('model_tokens_total', 'Tokens by direction (input, output)', [
      'provider',
      'direction',
    ]),
    flowsEnded: counter('flows_ended_total', 'Flows ended by template and outcome', ['template', 'outcome']),
    deskMissed: counter('desk_missed_total', 'Changes that no webhook brought', ['desk']),
    deskRecovered: counter('desk_recovered_total', 'Missed changes that the sweep brought in', ['desk']),

    /** A figure that is read when somebody asks, like the number of due rows. */
    gauge(name: string, help: string, read: () => number | Promise<number>) {
      new Gauge({
        name: `switchboard_${name}`,
        help,
        registers,
        async collect() {
          this.set(await read())
        },
      })
    },
  }
}
