import { parseArgs } from 'node:util'
import { ConfigError, InputError, messageOf, Refused, VendorError } from '../ops/errors.ts'
import { type Cli, type Command, UsageError } from './command.ts'
import { commands } from './commands.ts'

const CALLED = 'npm run cli --'

/** Runs the command that `argv` names. @returns the exit code: 0 done, 1 it did not work, 2 called wrongly. */
export async function runCli(argv: readonly string[], cli: Cli): Promise<number> {
  const command = find(argv)
  if (!command) {
    const wantsHelp =
      argv.length === 0 || argv[0] === 'help' || argv.includes('--help') || argv.includes('-h')
    if (wantsHelp) for (const line of overview()) cli.out(line)
    else cli.say(`There is no command "${argv.join(' ')}". There are:\n\n${overview().join('\n')}`)
    return wantsHelp ? 0 : 2
  }
  try {
    const { values, positionals } = parse(command, argv.slice(command.path.length))
    if (values.help) {
      for (const line of helpOf(command)) cli.out(line)
      return 0
    }
    return await command.run({ values, args: positionals }, cli)
  } catch (error) {
    if (error instanceof UsageError) {
      cli.say(`${error.message}\n\n${helpOf(command).join('\n')}`)
      return 2
    }
    cli.say(isExpected(error) ? messageOf(error) : unexpected(error))
    return 1
  }
}

/** The command with the most words that `argv` begins with. */
function find(argv: readonly string[]): Command | undefined {
  return commands
    .filter(({ path }) => path.every((word, i) => argv[i] === word))
    .toSorted((a, b) => b.path.length - a.path.length)[0]
}

function parse(command: Command, args: string[]) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type }]) => [name, { type }] as const),
  )
  try {
    const parsed = parseArgs({
      args,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
    const { least, most } = command.count
    const { length } = parsed.positionals
    if (!parsed.values.help && (length < least || length > most))
      throw new UsageError(length < least ? `${command.takes} is missing.` : 'That is one word too many.')
    return parsed
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(messageOf(error))
  }
}

function isExpected(error: unknown): boolean {
  return (
    error instanceof ConfigError ||
    error instanceof InputError ||
    error instanceof VendorError ||
    error instanceof Refused
  )
}

function unexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function overview(): string[] {
  const shown = commands.map((command) => [usageOf(command), command.summary] as const)
  const width = Math.max(...shown.map(([usage]) => usage.length))
  return [
    `${CALLED} <command>, with the environment and .env of the hub:`,
    '',
    ...shown.map(([usage, summary]) => `  ${usage.padEnd(width)}  ${summary}`),
    '',
    '<command> --help says more. Exit codes: 0 done, 1 it did not work, 2 called wrongly.',
    'npm prints two lines of its own first; leave them out with npm run --silent cli -- …',
  ]
}

function helpOf(command: Command): string[] {
  const options = Object.entries(command.options).map(
    ([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help] as const,
  )
  const width = Math.max(0, ...options.map(([usage]) => usage.length))
  return [
    `${CALLED} ${usageOf(command)}${options.length > 0 ? ' [options]' : ''}`,
    '',
    command.summary,
    ...(command.details.length > 0 ? ['', ...command.details] : []),
    ...(options.length > 0
      ? ['', ...options.map(([usage, help]) => `  ${usage.padEnd(width)}  ${help}`)]
      : []),
  ]
}

function usageOf({ path, takes }: Command): string {
  return [...path, takes].filter((word) => word !== '').join(' ')
}
