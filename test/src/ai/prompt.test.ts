import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillPrompt, loadPrompts, modelJsonSchema, parsePrompt, sectionJson } from '../../../src/ai/index.ts'
import {
  CallJudgementSchema,
  DraftSchema,
  ProfileSchema,
  ReadingSchema,
} from '../../../src/outreach/index.ts'
import { moodPrompt } from './fakes.ts'

describe('the prompts of the hub', () => {
  it('all load, and name the schemas that exist', () => {
    const prompts = [...loadPrompts().values()]
    expect(prompts.map(({ name, schema }) => [name, schema])).toEqual([
      ['call_outcome', 'call_outcome'],
      ['call_script', null],
      ['customer_profile', 'customer_profile'],
      ['email_draft', 'email_draft'],
      ['flow_decision', 'flow_decision'],
      ['flow_intent', 'flow_intent'],
      ['flow_plan', 'flow_plan'],
      ['refund_review', 'refund_review'],
      ['reply_reading', 'reply_reading'],
    ])
  })

  it('say of every section that it is data', () => {
    for (const prompt of loadPrompts().values()) expect(prompt.system).toMatch(/data/)
  })
})

describe('a prompt file', () => {
  it.each([
    ['without front matter', moodPrompt.slice(4), /front matter/],
    ['with an unknown setting', moodPrompt.replace('version: 3', 'version: 3\nflavour: mint'), /flavour/],
    ['with a place that is not declared', moodPrompt.replace('Judge.', '{{secret}}'), /secret/],
    ['with a section that is not placed', moodPrompt.replace('{{letter}}', '{}'), /letter/],
    ['with data outside its tags', moodPrompt.replace('</letter>', ''), /between <letter> tags/],
    ['without headings', moodPrompt.replace('# System', 'System'), /# System/],
  ])('%s is refused', (_title, text, mistake) => {
    expect(() => parsePrompt(text)).toThrow(mistake)
  })

  it('has a label that changes with every letter of it', () => {
    const label = parsePrompt(moodPrompt).label
    expect(label).toMatch(/^3-/)
    expect(parsePrompt(moodPrompt.replace('Judge.', 'Judge!')).label).not.toBe(label)
  })

  it('is not filled with a section missing, or one it does not know', () => {
    const prompt = parsePrompt(moodPrompt)
    expect(() => fillPrompt(prompt, {})).toThrow(/lacks its section letter/)
    expect(() => fillPrompt(prompt, { letter: {}, latter: {} })).toThrow(/no section latter/)
  })

  it('takes places inside data for data', () => {
    const [, user] = fillPrompt(parsePrompt(moodPrompt), { letter: '{{letter}} $$ $1' })
    expect(user?.content).toContain('"{{letter}} $$ $1"')
  })
})

it('writes any value so that no tag can be opened and JSON.parse gives it back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = sectionJson(value)
      expect(text).not.toMatch(/[<>\n]/)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

describe('the schema a model is given', () => {
  it.each(Object.entries({ ProfileSchema, DraftSchema, ReadingSchema, CallJudgementSchema }))(
    'of %s requires every property and allows no other, at every depth',
    (_name, schema) => {
      const visit = (node: unknown) => {
        if (typeof node !== 'object' || node === null) return
        if ('properties' in node && typeof node.properties === 'object' && node.properties !== null) {
          expect(node).toMatchObject({ additionalProperties: false, required: Object.keys(node.properties) })
        }
        Object.values(node).forEach(visit)
      }
      const json = modelJsonSchema(schema)
      expect(json).toHaveProperty('properties')
      visit(json)
    },
  )
})
