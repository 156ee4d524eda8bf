import { randomBytes } from 'node:crypto'
import { ORG } from '../app.ts'
import { hashOfToken, type Scope, scopes } from '../inbound/auth.ts'
import { createIds } from '../ops/ids.ts'
import { insertToken, tokenByName } from '../store/rows/api-tokens.ts'
import { defineCommand, UsageError } from './command.ts'
import { withStore } from './open.ts'

const NAME = /^[\w.@-]{1,60}$/

export const tokenCreate = defineCommand({
  path: ['token', 'create'],
  summary: 'Make an API token, printed once; only its hash is kept.',
  details: [
    'read: look at everything. write: act as well (approve, claim, assign, replay). admin: everything, skills included.',
    'Each includes the ones before it. What is done with the token is logged as user:<name>.',
  ],
  options: {
    name: { type: 'string', value: '<name>', help: 'Whose it is, like ci or mara' },
    scopes: { type: 'string', value: '<read|write|admin>', help: 'What it may do; several with commas' },
  },
  async run({ values }, cli) {
    const { name } = values
    if (name === undefined || !NAME.test(name))
      throw new UsageError('--name must be up to 60 letters, digits or any of . _ - @')
    const given = scopesOf(values.scopes)
    const token = `sb_${randomBytes(32).toString('base64url')}`
    return withStore(
      cli,
      async (store) => {
        if (await tokenByName(store.read, ORG, name)) {
          cli.say(`There is a token named ${name} already: revoke it first, or take another name.`)
          return 1
        }
        await store.write((tx) =>
          tx.run(
            insertToken({
              id: createIds(cli.clock)('tok'),
              org: ORG,
              name,
              hash: hashOfToken(token),
              scopes: given.join(' '),
              created_at: cli.clock.now(),
            }),
          ),
        )
        cli.out(token)
        cli.say(`This is the token of ${name} (${given.join(', ')}). It is not shown again.`)
        return 0
      },
      { create: true },
    )
  },
})

function scopesOf(text: string | undefined): Scope[] {
  const names = (text ?? '').split(/[\s,]+/).filter((name) => name !== '')
  const known = scopes.filter((scope) => names.includes(scope))
  if (names.length === 0 || known.length !== new Set(names).size)
    throw new UsageError(`--scopes must be one or several of ${scopes.join(', ')}.`)
  return known
}
