import type { CallMood, MailPersona, ModelMood } from '../../sandbox/world.ts'

/** What a reader can pick, in words. Every one must be there, or this does not compile. */

export const personas: Record<MailPersona, string> = {
  agrees: 'agrees, gives a number',
  three_numbers: 'gives three numbers',
  invalid_number: 'gives an invalid number',
  consent_only: 'agrees, but gives no number',
  asks_question: 'asks a question back',
  refuses: 'refuses a call',
  angry: 'is angry',
  opts_out: 'wants no more messages',
  out_of_office: 'is out of office',
  late: 'answers late',
  silent: 'never answers',
}

export const moods: Record<CallMood, string> = {
  agrees: 'agrees',
  refuses: 'refuses',
  angry: 'is angry',
  asks_human: 'asks for a person',
  wrong_person: 'is somebody else',
  no_answer: 'does not pick up',
  busy: 'is busy',
  voicemail: 'has a voicemail',
  invalid: 'number does not exist',
}

export const modelMoods: Record<ModelMood, string> = {
  obedient: 'does as it is asked',
  nonsense: 'answers nonsense',
  cut_json: 'cuts its JSON',
  invented_quotes: 'invents quotes',
  invented_prices: 'invents prices',
  obeys_injection: 'obeys what tickets say',
  refuses: 'refuses',
}

export const vendors: Record<string, { title: string; main: string }> = {
  zendesk: { title: 'Zendesk', main: 'PUT /tickets' },
  resend: { title: 'Resend', main: 'POST /emails' },
  vapi: { title: 'Vapi', main: 'POST /call' },
  slack: { title: 'Slack', main: 'POST /chat.postMessage' },
  discord: { title: 'Discord', main: 'POST /messages' },
  tasks: { title: 'Task desk', main: 'POST /tasks' },
  model: { title: 'Model', main: 'POST /chat/completions' },
}

export const faultKinds: Record<string, { title: string; kind: unknown }> = {
  limited: { title: '429, Retry-After 2 s', kind: { status: 429, retryAfterS: 2 } },
  error: { title: '500', kind: { status: 500 } },
  unavailable: { title: '503', kind: { status: 503 } },
  cut_after: { title: 'connection breaks after the effect', kind: 'timeout_after_effect' },
  cut_before: { title: 'connection breaks before it', kind: 'reset_before_effect' },
  slow: { title: 'answers after 8 s', kind: { answerAfterMs: 8_000 } },
}
