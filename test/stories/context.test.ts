import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ask } from '../doors.ts'
import { startTestHub } from '../hub.ts'
import { startFlowOf } from '../saved-template.ts'

const Shown = z.object({
  flow: z.looseObject({
    context: z.looseObject({
      original_intent: z.string(),
      available_skills: z.array(z.string()),
      resolved_entities: z.record(z.string(), z.unknown()),
      created_entities: z.record(z.string(), z.unknown()),
      step_results: z.array(z.unknown()),
      suggestions: z.array(z.unknown()),
    }),
    steps: z.array(z.looseObject({ name: z.string(), result: z.unknown() })),
  }),
})

describe('the context of a flow', () => {
  it('has what it began with, found, made and came to, by the same names for clients and for mappings', async () => {
    await using hub = await startTestHub()
    const shown = async (id: string) =>
      Shown.parse((await ask(hub, 'GET', `/api/v1/ai/flows/${id}`)).json).flow
    const find = { type: 'tool_call', name: 'find', title: 'Find it', skill: 'search_tasks' } as const
    const id = await startFlowOf(hub, [
      { ...find, input: { search: 'landing' } },
      { type: 'ai_decision', name: 'pick', title: 'Which one' },
      {
        type: 'tool_call',
        name: 'make',
        title: 'Make another',
        skill: 'create_task',
        input: { title: 'After {{context.resolved_entities.task_title}}' },
      },
      {
        type: 'tool_call',
        name: 'note',
        title: 'Note it',
        skill: 'create_comment',
        input: {
          task_id: '{{context.created_entities.task_id}}',
          content:
            '{{context.original_intent}}: {{context.step_results.0.data.0.title}}, {{context.available_skills}}',
        },
      },
    ])

    const { context, steps } = await shown(id)
    expect(context).toMatchObject({
      original_intent: '{}',
      available_skills: ['search_tasks', 'create_task', 'create_comment'],
      resolved_entities: { task_title: 'Landing page' },
      created_entities: { task: { title: 'After Landing page' } },
    })
    expect(context.step_results).toEqual(steps.map(({ result }) => result))
    expect(steps[3]?.result).toMatchObject({
      data: { content: '{}: Landing page, ["search_tasks","create_task","create_comment"]' },
    })
  })

  it('is empty before anything has happened', async () => {
    await using hub = await startTestHub()
    const id = await startFlowOf(hub, [{ type: 'delay', name: 'wait', title: 'Wait', for: '1d' }])
    const { context } = Shown.parse((await ask(hub, 'GET', `/api/v1/ai/flows/${id}`)).json).flow
    expect(context).toMatchObject({
      available_skills: [],
      resolved_entities: {},
      created_entities: {},
      step_results: [null],
      suggestions: [],
    })
  })
})
