import { z } from 'zod'
import { InputError } from '../ops/errors.ts'
import { BehaviourChange, type Control, NewTask, NewTicket, SettingsChange, TaskEdit } from './control.ts'
import { countEffects } from './effects.ts'
import { type StandIn, type StandInReply, type StandInRequest, startStandIn } from './standin.ts'
import { viewWorld } from './view.ts'

const Text = z.object({ text: z.string().min(1), public: z.boolean().optional() })
const Assign = z.object({ by: z.enum(['assignee', 'tag']).optional() })
const FaultSwitch = z.object({
  vendor: z.string(),
  on: z.string(),
  kind: z.union([
    z.object({ status: z.int().min(400).max(599), retryAfterS: z.number().optional() }),
    z.object({ answerAfterMs: z.number().min(0) }),
    z.enum(['timeout_after_effect', 'reset_before_effect']),
  ]),
  times: z.int().min(1).default(1),
})

/**
 * The control over the sandbox's world as JSON over HTTP on loopback:
 * `GET /world` · `GET /effects` · `GET /faults`, `POST /faults {vendor, on, kind, times}`, `DELETE /faults` ·
 * `PATCH /settings` · `POST /tickets` · `POST /tickets/{id}/assign-ai {by?}`, `/take`, `/comment {text}` (as the
 * customer), `/agent-comment {text, public?}` · `POST /tasks`, `PATCH`, `DELETE /tasks/{id}` ·
 * `PATCH /people/{id}` · `POST /people/{id}/answer {text}`.
 */
export function startControlServer(control: Control, port: number | undefined): Promise<StandIn> {
  return startStandIn((request) => answer(control, request), { port })
}

function answer(control: Control, request: StandInRequest): StandInReply {
  // A page of another origin, or one that had its name rebound to this address, must not steer the sandbox.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? ''))
    return problem(403, 'Only loopback')
  const json = request.headers['content-type']?.startsWith('application/json')
  if (request.method !== 'GET' && !json) return problem(415, 'Send application/json')
  try {
    const body = route(control, request)
    return body === undefined ? problem(404, 'No such route') : { status: 200, body }
  } catch (error) {
    if (error instanceof InputError) return problem(error.status, error.message)
    if (error instanceof z.ZodError) return problem(400, z.prettifyError(error))
    throw error
  }
}

function route(control: Control, request: StandInRequest): unknown {
  const [resource = '', id = '', action = ''] = request.path.slice(1).split('/')
  const input = request.json ?? {}
  switch (`${request.method} ${resource}${id ? '/:id' : ''}${action ? `/${action}` : ''}`) {
    case 'GET world':
      return viewWorld(control.world)
    case 'GET effects':
      return countEffects(control.world)
    case 'GET faults':
      return control.faults()
    case 'POST faults': {
      const { vendor, ...fault } = FaultSwitch.parse(input)
      control.switchFault(vendor, fault)
      return control.faults()
    }
    case 'DELETE faults':
      control.clearFaults()
      return control.faults()
    case 'PATCH settings':
      return control.set(SettingsChange.parse(input))
    case 'POST tickets':
      return control.createTicket(NewTicket.parse(input))
    case 'GET tickets/:id':
      return control.world.tickets[id]
    case 'POST tickets/:id/assign-ai':
      return control.assignToAi(id, Assign.parse(input).by)
    case 'POST tickets/:id/take':
      return control.takeFromAi(id)
    case 'POST tickets/:id/comment':
      return control.commentAsCustomer(id, Text.parse(input).text)
    case 'POST tickets/:id/agent-comment': {
      const { text, public: open } = Text.parse(input)
      return control.commentAsAgent(id, text, open)
    }
    case 'POST tasks':
      return control.addTask(NewTask.parse(input))
    case 'PATCH tasks/:id':
      return control.changeTask(id, TaskEdit.parse(input))
    case 'DELETE tasks/:id':
      control.removeTask(id)
      return {}
    case 'PATCH people/:id':
      return control.behave(id, BehaviourChange.parse(input))
    case 'POST people/:id/answer':
      return control.answerAsCustomer(id, Text.parse(input).text)
    case 'GET mails/:id':
      return control.world.mails[id]
    case 'GET calls/:id':
      return control.world.calls[id]
    default:
      return undefined
  }
}

function problem(status: number, detail: string): StandInReply {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: { type: 'about:blank', title: 'Sandbox', status, detail },
  }
}
