import type { Executor, Tx } from './query.ts'

/** The hub's database. Everything durable goes through `write`; nothing outside may be awaited inside it. */
export type Store = {
  readonly dialect: 'sqlite' | 'postgres'
  /** Reads what is committed. */
  readonly read: Executor
  /**
   * Runs `work` as one transaction; resolves when it is on disk, rejects (with nothing changed) when `work`
   * throws. It may be run more than once until then, so what is to happen once belongs into `afterCommit`.
   */
  write<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}
