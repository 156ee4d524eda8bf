import type { PlanStep } from '../flows/planner/plan.ts'
import type { PlanTask } from './model-plan.ts'
import type { Wish } from './model-wish.ts'

/** What cannot be planned; the message is the reason. */
export class CannotPlan extends Error {}

/** The task that is spoken of: a mapping to its id, or the search that is to bring it. */
type Subject = { words: string; id: string } | { words: string; foundBy: string }

const ANSWER = /^(?:(?:the|my|that|this|die|meiner?|der|dieser?)\s+)?(?:answer|reply|response|antwort)$/iu
const isMapped = ({ value }: { value: string }) => /\{\{.*\}\}/.test(value)

/** Steps, written wish by wish. `add` throws CannotPlan. */
export function createDraft({ request, about, skills, templates }: PlanTask) {
  const steps: PlanStep[] = []
  const offered = new Set(skills.map(({ name }) => name))
  let subject: Subject | undefined
  /** The step whose answer is "my answer". */
  let asked: string | undefined

  function push(step: PlanStep): string {
    const used = steps.filter(({ name }) => name.replace(/_\d+$/, '') === step.name).length
    const name = used === 0 ? step.name : `${step.name}_${used + 1}`
    steps.push({ ...step, name })
    return name
  }

  function call(name: string, skill: string, title: string, input: Record<string, string | null>): string {
    if (!offered.has(skill)) throw new CannotPlan(`None of the skills on offer does this: ${title}.`)
    const named = Object.entries(input).flatMap(([key, value]) =>
      value === null ? [] : [{ name: key, value: withAnswer(value) }],
    )
    return push({
      type: 'tool_call',
      name,
      title: title.slice(0, 255),
      skill,
      params: named.filter((one) => !isMapped(one)),
      mappings: named.filter(isMapped),
    })
  }

  function withAnswer(text: string): string {
    if (!ANSWER.test(text)) return text
    if (asked === undefined) throw new CannotPlan(`Nobody is asked anything before "${text}" is needed.`)
    return `{{steps.${asked}.result.value}}`
  }

  function find(words: string) {
    const foundBy = call('find_task', 'search_tasks', `Find the task "${words}"`, { search: words })
    subject = { words, foundBy }
  }

  /** A mapping to the id of the task that is meant; which of several, a decision settles once it matters. */
  function idOf(words: string | null, wanted: string): string {
    if (words !== null && words !== subject?.words) find(words)
    if (!subject)
      throw new CannotPlan(
        `Which task is meant is not said: ${wanted}. Name it, like: find task 'Landing page'.`,
      )
    if ('id' in subject) return subject.id
    push({
      type: 'ai_decision',
      name: 'choose_task',
      title: `Which task is "${subject.words}"`.slice(0, 255),
      of: `{{steps.${subject.foundBy}.result.data}}`,
      entity: 'task',
    })
    subject = { words: subject.words, id: '{{context.resolved_entities.task_id}}' }
    return subject.id
  }

  function ticketOf(given: string | null): string {
    const ticket = given ?? about?.ticket
    if (!ticket) throw new CannotPlan('Which ticket is meant is not said. Name it, like zendesk:4711.')
    return ticket
  }

  /** Looked at by a person before it goes out, to the customer that the flow is about. */
  function mail(text: string, given: string | null) {
    const ticket = ticketOf(given)
    if (!about?.customer_id || ticket !== about.ticket)
      throw new CannotPlan(`Whom the mail would go to is not known: start the request about ${ticket}.`)
    const approved = push({
      type: 'approval',
      name: 'approve_mail',
      title: 'Approve the mail',
      policy: 'contacts',
      params: [
        { name: 'subject', value: 'About your request' },
        { name: 'text', value: withAnswer(text) },
      ],
      editable: ['subject', 'text'],
    })
    call('send_mail', 'send_email', 'Send the mail', {
      customerId: '{{flow.customerId}}',
      ticket: '{{flow.ticket}}',
      kind: 'update',
      subject: `{{steps.${approved}.result.payload.subject}}`,
      text: `{{steps.${approved}.result.payload.text}}`,
    })
  }

  function runTemplate(name: string, ticket: string) {
    const template = templates.find((one) => one.name === name)
    if (!template) throw new CannotPlan(`There is no template ${name} for that.`)
    const others = Object.entries(template.params)
      .filter(([param, of]) => param !== 'ticket' && of.required && of.default === undefined)
      .map(([param]) => param)
    if (others.length > 0) throw new CannotPlan(`${name} needs to know ${others.join(', ')}.`)
    const title = `${name.replaceAll('_', ' ')} for ${ticket}`
    push({ type: 'sub_flow', name, title, template: name, params: [{ name: 'ticket', value: ticket }] })
  }

  function ask({ ask: type, message, options }: Extract<Wish, { kind: 'ask' }>) {
    asked = push({
      type: 'user_prompt',
      name: 'ask',
      title: message.slice(0, 255),
      prompt_type: type,
      prompt_message: message,
      ...(type === 'confirm' ? { on_no_goto: 'end' } : {}),
      ...(type === 'choice' ? { prompt_options: options.map((one) => ({ value: one, label: one })) } : {}),
    })
  }

  /** A task that is changed, made or deleted. */
  function addAboutTask(wish: Extract<Wish, { kind: 'comment' | 'update' | 'create' | 'delete' }>) {
    switch (wish.kind) {
      case 'comment': {
        const title = `Comment "${wish.content}"`
        const task_id = idOf(wish.of, title)
        return call('add_comment', 'create_comment', title, { task_id, content: wish.content })
      }
      case 'update': {
        const title = `Set its ${wish.field} to ${wish.value}`
        const input = { task_id: idOf(wish.of, title), [wish.field]: wish.value }
        return call(`set_${wish.field}`, 'update_task', title, input)
      }
      case 'create': {
        const { title, priority } = wish
        const made = call('create_task', 'create_task', `Create the task "${title}"`, { title, priority })
        subject = { words: title, id: `{{steps.${made}.result.data.id}}` }
        return made
      }
      case 'delete': {
        const deleted = call('delete_task', 'delete_task', 'Delete the task', {
          task_id: idOf(wish.of, 'delete it'),
        })
        subject = undefined
        return deleted
      }
    }
  }

  function add(wish: Wish): unknown {
    switch (wish.kind) {
      case 'find':
        return find(wish.search)
      case 'comment':
      case 'update':
      case 'create':
      case 'delete':
        return addAboutTask(wish)
      case 'ask':
        return ask(wish)
      case 'approval': {
        const title = `Approval by ${wish.role === 'agent' ? 'a colleague' : `a ${wish.role}`}`
        const params = [{ name: 'request', value: request.text }]
        return push({ type: 'approval', name: 'approve', title, role: wish.role, policy: 'always', params })
      }
      case 'wait':
        return push({ type: 'delay', name: 'wait', title: `Wait ${wish.for}`, for: wish.for })
      case 'knowledge':
        return call('search_knowledge', 'search_knowledge', `Look up "${wish.query}"`, { query: wish.query })
      case 'tell_team': {
        const text = /^(?:it|this|that|es|das)$/iu.test(wish.text) ? request.text : wish.text
        const input = { card: 'request:{{flow.id}}', 'view.tone': 'info', 'view.title': text }
        return call('tell_team', 'post_chat', `Tell the team: ${text}`, input)
      }
      case 'comment_ticket': {
        const { ticket, text } = wish
        return call('comment_ticket', 'comment_ticket', `Comment on ${ticket}`, { ticket, text })
      }
      case 'update_ticket': {
        const { ticket, status } = wish
        return call('update_ticket', 'update_ticket', `Set ${ticket} to ${status}`, { ticket, status })
      }
      case 'escalate': {
        const input = {
          priority: 'normal',
          reason: wish.reason,
          brief: request.text,
          ticket: wish.ticket ?? about?.ticket ?? null,
        }
        return call('escalate', 'create_escalation', `Escalate: ${wish.reason}`, input)
      }
      case 'template':
        return runTemplate(wish.template, ticketOf(wish.ticket))
      case 'mail':
        return mail(wish.text, wish.ticket)
      case 'unknown':
        throw new CannotPlan(`I do not know how to do this with the skills on offer: "${wish.words}".`)
    }
  }

  return { steps, add }
}
