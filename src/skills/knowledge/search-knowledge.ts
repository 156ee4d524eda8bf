import { z } from 'zod'
import { defineSkill } from '../define.ts'

export const searchKnowledge = defineSkill({
  name: 'search_knowledge',
  title: 'Search the knowledge base',
  description:
    'Finds passages of the knowledge base by meaning and words. Answers with text and source, best first.',
  effect: 'read',
  input: z.object({
    query: z.string().min(1).max(2_000),
    limit: z.int().min(1).max(50).default(8),
  }),
  output: z.object({
    hits: z.array(z.object({ id: z.string(), title: z.string(), text: z.string(), score: z.number() })),
  }),
  async run({ query, limit }, act) {
    const hits = await act.hub.searchKnowledge(act.org, query, limit)
    return { hits: hits.map(({ id, title, text, score }) => ({ id, title, text, score })) }
  },
})
