import type { TemplateStep } from '../flow-api.ts'

/** What steps of each type do, in words. */
export const stepTypes: Record<TemplateStep['type'], string> = {
  tool_call: 'runs a skill',
  ai_decision: 'decides',
  user_prompt: 'asks a person',
  conditional: 'decides by a condition',
  wait_event: 'waits for an event',
  delay: 'waits',
  approval: 'waits for an approval',
  parallel: 'runs branches side by side',
  sub_flow: 'runs a template',
}

/** The same of a step's row, whose type is any text. */
export const stepTypeOf = (type: string): string =>
  Object.entries(stepTypes).find(([name]) => name === type)?.[1] ?? type
