import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasMapping, mapPaths, pathsIn, resolve } from '../../../src/flows/mappings.ts'

/** JSON whose keys can stand in a path and whose texts hold no mapping of their own. */
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/)
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string().filter((text) => !text.includes('{{')),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

/** Every path into a value, with what stands there. */
function paths(value: unknown, at: string[] = []): { path: string; there: unknown }[] {
  const here = at.length > 0 ? [{ path: at.join('.'), there: value }] : []
  if (typeof value !== 'object' || value === null) return here
  return [...here, ...Object.entries(value).flatMap(([key, child]) => paths(child, [...at, key]))]
}

const scopes = fc.dictionary(name, json, { minKeys: 1, maxKeys: 4, noNullPrototype: true })

describe('a value that is one mapping', () => {
  it('is what stands at its path, of whatever type', () => {
    fc.assert(
      fc.property(scopes, (scope) => {
        for (const { path, there } of paths(scope)) {
          expect(resolve(`{{${path}}}`, scope)).toBe(there)
          expect(resolve(`{{  ${path} ?? "not used" }}`, scope)).toBe(there)
        }
      }),
    )
  })

  it('is its default, as JSON, where the path leads nowhere', () => {
    const flat = json.filter((value) => !/[{}]/.test(JSON.stringify(value)))
    fc.assert(
      fc.property(
        fc.oneof(flat, fc.dictionary(name, flat, { maxKeys: 3, noNullPrototype: true })),
        (value) => {
          expect(resolve(`{{nowhere.at.all ?? ${JSON.stringify(value)}}}`, {})).toEqual(
            JSON.parse(JSON.stringify(value)),
          )
        },
      ),
    )
  })
})

it('is found beside others, each with a default of its own', () => {
  expect(resolve('{{a ?? {"x":1}}} {{b ?? []}} {{c ?? {}}}', { b: 'there' })).toBe('{"x":1} there {}')
  expect(pathsIn('{{a ?? {}}} and {{b}}')).toEqual(['a', 'b'])
  expect(resolve('{ {{a}} } {b} {{ }} {{}}', { a: 1 })).toBe('{ 1 } {b} {{ }} {{}}')
})

describe('a value that holds mappings', () => {
  it('keeps its shape and everything that is no mapping', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(resolve(value, {})).toEqual(value)
      }),
    )
  })

  it('is filled wherever mappings stand, however deep', () => {
    fc.assert(
      fc.property(json, json, (shape, filling) => {
        expect(resolve({ a: [{ b: '{{x}}', rest: shape }], c: '{{x}}' }, { x: filling })).toEqual({
          a: [{ b: filling, rest: shape }],
          c: filling,
        })
      }),
    )
  })

  it('within a text becomes text: objects as JSON, null as nothing', () => {
    expect(resolve('{{a}} and {{b}}, {{c}}{{d}}', { a: 1, b: { x: [true] }, c: null, d: 'text' })).toBe(
      '1 and {"x":[true]}, text',
    )
  })

  it('fills each mapping once: what customers wrote is never read as one', () => {
    fc.assert(
      fc.property(fc.string(), (secret) => {
        const scope = { text: '{{secret}}', secret }
        expect(resolve('{{text}}', scope)).toBe('{{secret}}')
        expect(resolve('They wrote: {{text}}', scope)).toBe('They wrote: {{secret}}')
      }),
    )
  })
})

describe('what customers wrote', () => {
  /** Texts full of what mappings are made of. */
  const hostile = fc
    .array(fc.constantFrom('{{', '}}', '{', '}', '??', '.', ' ', 'secret', 'text', 'params', '__proto__'), {
      maxLength: 12,
    })
    .map((parts) => parts.join(''))

  it('comes out to the letter, wherever it stands, and however often it is passed on', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, secret) => {
        const scope = { text, secret, list: [{ text }] }
        expect(resolve('{{text}}', scope)).toBe(text)
        expect(resolve({ a: ['{{list.0.text}}'] }, scope)).toEqual({ a: [text] })
        expect(resolve('<{{text}}|{{text}}>', scope)).toBe(`<${text}|${text}>`)
        // As a sub-flow's parameter it is looked at a second time, and is still only a value.
        const params = resolve({ given: '{{text}}' }, scope)
        expect(resolve('{{params.given}}', { params, secret })).toBe(text)
      }),
    )
  })

  it('reaches nothing as a path either', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const before = JSON.stringify(Object.prototype)
        try {
          resolve(`{{${text}}}`, { text: 'x' })
        } catch {
          // Most are no path.
        }
        expect(JSON.stringify(Object.prototype)).toBe(before)
      }),
    )
  })
})

it.each([
  ['blanks', `{{a${' '.repeat(250_000)}`],
  ['blanks before', `{{${' '.repeat(250_000)}a`],
  ['openings', '{{a '.repeat(60_000)],
  ['braces', `{{a${'{b}'.repeat(80_000)}`],
  ['a brace that never closes', `{{a {${'b'.repeat(250_000)}`],
])('a quarter of a megabyte of %s that is no mapping is read in no time', (_, text) => {
  expect(resolve(text, {})).toBe(text)
  expect(hasMapping(text)).toBe(false)
})

describe('a path', () => {
  it.each([
    [
      'steps.2.result.id',
      { steps: { 2: { result: { name: 'x', age: 3 } } } },
      '{{steps.2.result.id}} leads nowhere. At "steps.2.result" there is an object with name, age.',
    ],
    ['a.b', { a: null }, '{{a.b}} leads nowhere. At "a" there is null.'],
    ['a.7', { a: [1, 2] }, '{{a.7}} leads nowhere. At "a" there is a list of 2.'],
    ['a.length', { a: [1, 2] }, '{{a.length}} leads nowhere. At "a" there is a list of 2.'],
    ['a.b', { a: 'text' }, '{{a.b}} leads nowhere. At "a" there is string "text".'],
    ['who', {}, '{{who}} leads nowhere. At the top there is an object with no keys.'],
  ])('%s that leads nowhere says so, and what was there instead', (path, scope, words) => {
    expect(() => resolve(`{{${path}}}`, scope)).toThrow(
      expect.objectContaining({ code: 'missing_path', message: words }),
    )
  })

  it('reaches nothing but what is the value’s own', () => {
    const inherited = Object.getOwnPropertyNames(Object.prototype).concat('length', 'prototype', 'at')
    fc.assert(
      fc.property(scopes, fc.constantFrom(...inherited), (scope, property) => {
        for (const path of ['', ...paths(scope).map(({ path }) => `${path}.`)]) {
          expect(() => resolve(`{{${path}${property}}}`, scope)).toThrow('leads nowhere')
          expect(() => resolve(`{{${path}${property}.constructor}}`, scope)).toThrow('leads nowhere')
        }
      }),
      { numRuns: 30 },
    )
  })

  it('whose default is no JSON says so', () => {
    expect(() => resolve('{{a ?? nonsense}}', {})).toThrow('is not JSON: nonsense')
  })
})

describe('paths', () => {
  it('are all found, and rewritten with their defaults kept', () => {
    const value = { a: 'x {{steps.one.result}} y {{params.p ?? null}}', b: ['{{steps.two.runs}}', 3] }
    expect(pathsIn(value)).toEqual(['steps.one.result', 'params.p', 'steps.two.runs'])
    expect(mapPaths(value, (path) => path.toUpperCase())).toEqual({
      a: 'x {{STEPS.ONE.RESULT}} y {{PARAMS.P ?? null}}',
      b: ['{{STEPS.TWO.RUNS}}', 3],
    })
  })

  it('rewritten by nothing are as they were', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), json, (parts, rest) => {
        const value = { x: `{{${parts.join('.')}}}`, rest }
        expect(mapPaths(value, (path) => path)).toEqual(value)
        expect(hasMapping(value)).toBe(true)
        expect(hasMapping(rest)).toBe(false)
      }),
    )
  })
})
