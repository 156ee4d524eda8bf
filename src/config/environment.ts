import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { messageOf } from '../ops/errors.ts'

/** Variables by name, as a process has them. */
export type Environment = Record<string, string | undefined>

/**
 * The process's variables, and beneath them those of `.env` in `folder`, if there is one. A variable that is
 * set but blank switches off what `.env` says.
 */
export function readEnvironment(folder: string, own: Environment): Environment {
  const file = join(folder, '.env')
  return existsSync(file) ? { ...parseEnv(readFileSync(file, 'utf8')), ...own } : own
}

/**
 * The values of `names`. Blank is absent. `NAME_FILE` names a file whose content is the value, without the
 * line end that editors leave.
 */
export function gather(env: Environment, names: string[]): { values: Environment; mistakes: string[] } {
  const values: Environment = {}
  const mistakes: string[] = []
  for (const name of names) {
    const direct = notBlank(env[name])
    // `X_FILE` may be a variable of its own.
    const file = names.includes(`${name}_FILE`) ? undefined : notBlank(env[`${name}_FILE`])
    if (direct !== undefined && file !== undefined)
      mistakes.push(`${name} and ${name}_FILE are both set: keep the one that is meant`)
    else if (file === undefined) values[name] = direct
    else {
      try {
        values[name] = notBlank(readFileSync(file, 'utf8').replace(/\r?\n$/, ''))
        if (values[name] === undefined) mistakes.push(`${name}_FILE: ${file} is empty; put the value into it`)
      } catch (error) {
        mistakes.push(
          `${name}_FILE cannot be read (${messageOf(error)}): correct the path or its permissions`,
        )
      }
    }
  }
  return { values, mistakes }
}

function notBlank(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim()
}
