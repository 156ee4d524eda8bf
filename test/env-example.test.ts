import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { loadConfig, renderEnvExample, sections } from '../src/config/index.ts'
import { declarationOf, vendors } from './declarations.ts'

const integrations = await Promise.all(vendors.map(declarationOf))
const committed = readFileSync(fileURLToPath(new URL('../.env.example', import.meta.url)), 'utf8')

describe('.env.example', () => {
  it('is current (write it with: npm run cli -- env-example --write)', () => {
    expect(committed).toBe(renderEnvExample(integrations))
  })

  it('changes nothing when it is copied to .env as it is', () => {
    expect(loadConfig(parseEnv(committed), integrations)).toEqual(loadConfig({}, integrations))
  })

  it('still changes nothing when every default in it is switched on', () => {
    const switchedOn = committed.replaceAll(/^#([A-Z][A-Z0-9_]*=)/gm, '$1')
    const { warnings, ...config } = loadConfig(parseEnv(switchedOn), integrations)
    const { warnings: none, ...defaults } = loadConfig({}, integrations)
    expect(config).toEqual(defaults)
    expect(none).toEqual([])
    // What is optional of a vendor that is off has no effect, and the start says so.
    for (const warning of warnings) expect(warning).toMatch(/no effect/)
  })

  it('describes every variable in one line', () => {
    const variables = sections(integrations).flatMap((section) => section.variables)
    const wordless = variables.filter(({ description }) => description === '' || description.includes('\n'))
    expect(wordless).toEqual([])
  })
})
