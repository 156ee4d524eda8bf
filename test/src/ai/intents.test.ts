import { describe, expect, it } from 'vitest'
import { detectIntent, detectIntents } from '../../../src/ai/index.ts'

describe('intents by keyword', () => {
  it.each([
    ['There is smoke coming out of the unit', 'emergency'],
    ['Hilfe, es brennt in der Küche!', 'emergency'],
    ['Es una emergencia, llamen a una ambulancia', 'emergency'],
    ["C'est une urgence !", 'emergency'],
    ['É uma emergência', 'emergency'],
    ['È un’emergenza', 'emergency'],
    ['Room mein aag lag gayi hai', 'emergency'],
    ['Let me talk to a human', 'human_request'],
    ['Ich möchte mit einem Mitarbeiter sprechen', 'human_request'],
    ['Quiero hablar con una persona', 'human_request'],
    ["Je veux parler à quelqu'un", 'human_request'],
    ['Quero falar com um atendente', 'human_request'],
    ['Vorrei parlare con un operatore', 'human_request'],
    ['Mujhe manager se baat karni hai', 'human_request'],
    ['This is unacceptable, I am fed up', 'complaint'],
    ['Das ist eine Frechheit', 'complaint'],
    ['Bitte stornieren Sie das Zimmer', 'cancellation'],
    ['I can’t cancel my booking', 'cancellation'],
    ['Können wir auf Mai umbuchen?', 'reschedule'],
    ['¿Puedo reservar una habitación?', 'booking'],
    ['Combien coûte une nuit ?', 'pricing'],
    ['Ek raat ka kitna lagega', 'pricing'],
    ['Wie sind Ihre Öffnungszeiten?', 'hours_location'],
    ['Is breakfast vegan?', 'general_question'],
    ['', 'general_question'],
  ])('%s → %s', (text, intent) => {
    expect(detectIntent(text).intent).toBe(intent)
  })

  it.each([
    'This is not an emergency',
    "It isn't really an emergency, no hurry",
    'Das ist kein Notfall',
    'No es una emergencia',
    "Ce n'est pas une urgence",
    'Não é uma emergência',
    'Non è un’emergenza',
    'Yeh emergency nahi hai',
  ])('%s is no emergency', (text) => {
    expect(detectIntents(text).map(({ intent }) => intent)).not.toContain('emergency')
  })

  it('is not calmed by a negation elsewhere', () => {
    expect(detectIntent("I can't wait any longer, it is an emergency").intent).toBe('emergency')
    expect(detectIntent('Not again! Emergency in room 4').intent).toBe('emergency')
  })

  it('names every intent it sees, the most urgent first, with the words', () => {
    expect(detectIntents('How much is it to cancel? I want to talk to a person.')).toMatchObject([
      { intent: 'human_request', words: ['talk to a person'] },
      { intent: 'cancellation', words: ['cancel'] },
      { intent: 'pricing', words: ['how much'] },
    ])
  })

  it('does not find words inside other words', () => {
    expect(detectIntent('The notebook and the facebook page').intent).toBe('general_question')
  })
})
