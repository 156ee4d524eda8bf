import type { TemplateStep } from '../flow-api.ts'

/** What a step of each type looks like, to be filled in. */
export const skeletons: Record<TemplateStep['type'], Record<string, unknown>> = {
  tool_call: { type: 'tool_call', title: '', skill: '', input: {} },
  user_prompt: {
    type: 'user_prompt',
    title: '',
    prompt_type: 'choice',
    message: '',
    options: [
      { value: 'a', label: 'The first' },
      { value: 'b', label: 'The second' },
    ],
    within: '24h',
  },
  approval: {
    type: 'approval',
    title: '',
    policy: 'always',
    role: 'manager',
    payload: {},
    editable: [],
    within: '24h',
  },
  ai_decision: { type: 'ai_decision', title: '', question: '', answers: { yes: null, no: 'end' } },
  conditional: {
    type: 'conditional',
    title: '',
    condition: { if: '{{steps.0.result}}', exists: true },
    on_fail: 'end',
  },
  delay: { type: 'delay', title: '', for: '1h' },
  wait_event: {
    type: 'wait_event',
    title: '',
    event: 'inbound_email',
    correlation: '{{flow.id}}',
    waiting_for: 'a reply',
    within: '3d',
  },
  sub_flow: { type: 'sub_flow', title: '', template: '', params: {} },
  parallel: {
    type: 'parallel',
    title: '',
    join: 'all',
    branches: [{ name: 'one', title: '', steps: [{ type: 'delay', name: 'pause', title: '', for: '1m' }] }],
  },
}
