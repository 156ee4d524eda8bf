import { expect, it } from 'vitest'
import type { Ai } from '../../../src/ai/index.ts'
import { shouldCreateFlow, wantedByWords } from '../../../src/flows/planner/intent.ts'

const down: Ai = {
  configured: true,
  ask: async () => ({ kind: 'unavailable', reason: 'down', run: null }),
}
const neverAsked: Ai = {
  configured: true,
  ask: async () => {
    throw new Error('the words were clear enough')
  },
}

it.each([
  "Find task 'Landing page', add comment 'Done!', mark as complete",
  'Create a task for the new price list and remind me in two days',
  'Please close zendesk:4711',
  'Could you find the task "What is next?" and close it?',
  'Suche die Aufgabe „Startseite“ und markiere sie als erledigt',
  'Schick dem Kunden eine Mail und ruf ihn danach an',
  'Kannst du das Ticket zendesk:12 schließen?',
  'Busca la tarea "Portada" y márcala como terminada',
  'Crée une tâche puis préviens Anna',
  'Crie uma tarefa e avise a Ana',
  'Trova il task "Home" e chiudilo, poi scrivi ad Anna',
  'Anna ko message bhejo aur ticket band karo',
])('knows by its words that this is work: %s', async (message) => {
  expect(await shouldCreateFlow(neverAsked, message, null)).toMatchObject({ kind: 'work', by: 'words' })
})

it.each([
  'What is our refund policy?',
  'How many tickets did we solve yesterday?',
  'Who is on call tonight?',
  'When was the last update?',
  'Wie lauten die Öffnungszeiten?',
  '¿Cuánto cuesta el plan anual?',
  'Quels sont vos horaires ?',
  'Kya status hai?',
  'any news?',
])('knows by its words that this is a question: %s', async (message) => {
  expect(await shouldCreateFlow(neverAsked, message, null)).toMatchObject({ kind: 'question', by: 'words' })
})

it.each([
  ['How do I close a ticket and then reopen it?', 'work'],
  ['Landing page: mark it as done', 'work'],
  ['Good morning', 'question'],
])('is unsure of "%s", and takes it as %s while no model can be asked', async (message, kind) => {
  expect(wantedByWords(message).sure).toBe(false)
  expect(await shouldCreateFlow(down, message, null)).toMatchObject({ kind, by: 'words' })
})

it('lets the model decide where it is unsure', async () => {
  const asked: unknown[] = []
  const ai: Ai = {
    configured: true,
    async ask({ sections, schema }) {
      asked.push(sections)
      const value = schema.parse({ kind: 'question', why: 'They want to know how.' })
      return { kind: 'answer', value, run: null as never }
    },
  }
  const message = 'How do I close a ticket and then reopen it?'
  expect(await shouldCreateFlow(ai, message, null)).toEqual({
    kind: 'question',
    why: 'They want to know how.',
    by: 'model',
  })
  expect(asked).toEqual([{ message: { text: message } }])
})
