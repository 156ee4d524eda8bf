import type { Environment } from '../config/index.ts'
import type { Clock } from '../ports/index.ts'

/** What a command works with: it reads no environment, clock or terminal of its own. */
export type Cli = {
  env: Environment
  /** Where whoever calls it stands: paths are meant from there. */
  folder: string
  clock: Clock
  /** A line of its result. */
  out(line: string): void
  /** A line for people only: progress, hints, errors. */
  say(line: string): void
}

export type Option = {
  type: 'string' | 'boolean'
  help: string
  /** How its value is shown in the usage, like `<name>`. */
  value?: string
}

type Values<Options extends Record<string, Option>> = {
  [Name in keyof Options]?: Options[Name]['type'] extends 'string' ? string : boolean
}

export type Command = {
  /** The words that call it. */
  path: readonly string[]
  /** What comes after them, as in `<path or url>`; '' for nothing. */
  takes: string
  /** How many of those there may be. */
  count: { least: number; most: number }
  summary: string
  details: readonly string[]
  options: Record<string, Option>
  /** @returns the exit code. */
  run(given: { values: Values<Record<string, Option>>; args: string[] }, cli: Cli): Promise<number>
}

/** Ties the options to what `run` gets of them. */
export function defineCommand<const Options extends Record<string, Option>>(
  command: Omit<Command, 'options' | 'run' | 'details' | 'takes' | 'count'> & {
    takes?: string
    count?: Command['count']
    details?: readonly string[]
    options?: Options
    run(given: { values: Values<Options>; args: string[] }, cli: Cli): Promise<number>
  },
): Command {
  const defaults = { takes: '', count: { least: 0, most: 0 }, details: [], options: {} }
  // The values are parsed by the very options that `run` is typed with.
  return { ...defaults, ...command } as unknown as Command
}

/** The command was called in a way that it cannot be; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
