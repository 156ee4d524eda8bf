import { z } from 'zod'
import type { PlanAnswer } from '../src/flows/planner/plan.ts'
import { MODEL } from '../src/sandbox/model.ts'
import { readSections } from '../src/sandbox/sections.ts'
import { startStandIn } from '../src/sandbox/standin.ts'

const Chat = z.looseObject({
  messages: z.array(z.looseObject({ content: z.string() })),
  response_format: z.looseObject({ json_schema: z.looseObject({ name: z.string() }) }).optional(),
})

/** What the model is to say: a plan, that it cannot, or an HTTP status with which it fails. */
export type Said = z.input<typeof PlanAnswer> | number

/**
 * A model of the test's own, on the wire: answers each question for a plan with the next thing it was told to say,
 * the last one for good, and everything else as work.
 */
export async function planningModel() {
  let asked: Record<string, unknown>[] = []
  let said: Said[] = []
  const standIn = await startStandIn((request) => {
    if (request.method === 'GET')
      return { status: 200, body: { object: 'list', data: [{ id: MODEL.model }] } }
    const chat = Chat.parse(request.json)
    const isPlan = chat.response_format?.json_schema.name === 'flow_plan'
    if (isPlan) asked.push(readSections(chat.messages.map(({ content }) => content).join('\n\n')))
    const answer = isPlan
      ? said[Math.min(asked.length, said.length) - 1]
      : { kind: 'work', why: 'It names something to be done.' }
    if (typeof answer === 'number') return { status: answer, body: { error: { message: 'not now' } } }
    return {
      status: 200,
      body: {
        id: 'chatcmpl-test',
        object: 'chat.completion',
        created: 1_800_000_000,
        model: MODEL.model,
        choices: [
          {
            index: 0,
            finish_reason: 'stop',
            message: { role: 'assistant', content: JSON.stringify(answer) },
          },
        ],
        usage: { prompt_tokens: 2_000, completion_tokens: 300, total_tokens: 2_300 },
      },
    }
  })
  return {
    say(...answers: Said[]) {
      said = answers
      asked = []
    },
    /** The sections of each question for a plan since then. */
    asked: () => asked,
    vendors: () => ({
      OPENAI_BASE_URL: `${standIn.url}/v1`,
      OPENAI_API_KEY: MODEL.apiKey,
      OPENAI_MODEL: MODEL.model,
    }),
    [Symbol.asyncDispose]: () => standIn.close(),
  }
}
