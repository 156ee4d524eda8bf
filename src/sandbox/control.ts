import { z } from 'zod'
import { InputError } from '../ops/errors.ts'
import { taskPriorities, taskStatuses } from '../ports/tasks.ts'
import type { StandInDeps } from './deps.ts'
import type { Mailbox } from './mailbox.ts'
import { phoneOf } from './phones.ts'
import { RESEND } from './resend.ts'
import type { Fault, StandIn } from './standin.ts'
import { addTask, changeTask, type TrackedTask } from './tasks-world.ts'
import {
  addPerson,
  callMoods,
  type Mail,
  mailPersonas,
  modelMoods,
  type Person,
  type Settings,
  type Ticket,
} from './world.ts'
import { createTicket, type TicketIn, updateTicket } from './zendesk-tickets.ts'

export const SettingsChange = z
  .object({
    mail: z.enum(mailPersonas),
    call: z.enum(callMoods),
    unansweredCalls: z.int().min(0),
    model: z.enum(modelMoods),
    deskWebhooks: z.enum(['events', 'trigger', 'both']),
    pace: z
      .object({
        mailDelivered: z.number().min(0),
        mailAnswered: z.number().min(0),
        callQueued: z.number().min(0),
        callRinging: z.number().min(0),
        callTalking: z.number().min(0),
        exportLag: z.number().min(0),
      })
      .partial(),
    webhooks: z
      .object({
        duplicates: z.int().min(0).max(10),
        reorder: z.boolean(),
        delay: z.number().min(0),
        lose: z.int().min(0),
      })
      .partial(),
  })
  .partial()
export type SettingsChange = z.infer<typeof SettingsChange>

export const BehaviourChange = z
  .object({
    mail: z.enum(mailPersonas).nullable(),
    call: z.enum(callMoods).nullable(),
    /** As they would write it in a mail. */
    replyPhone: z.string().nullable(),
  })
  .partial()
export type BehaviourChange = z.infer<typeof BehaviourChange>

export const NewTicket = z.object({
  /** An existing customer's id or address; an unknown address becomes a new customer. */
  requester: z.string(),
  name: z.string().optional(),
  locale: z.string().optional(),
  timeZone: z.string().optional(),
  subject: z.string(),
  text: z.string(),
  tags: z.array(z.string()).optional(),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).optional(),
})
export type NewTicket = z.infer<typeof NewTicket>

export const NewTask = z.object({
  title: z.string().min(1),
  status: z.enum(taskStatuses).optional(),
  priority: z.enum(taskPriorities).optional(),
  /** Its name; a name that no project has is refused. */
  project: z.string().optional(),
  assignee: z.string().optional(),
})
export type NewTask = z.infer<typeof NewTask>

export const TaskEdit = NewTask.pick({ title: true, status: true, priority: true }).partial()
export type TaskEdit = z.infer<typeof TaskEdit>

/** What a person could do in the sandbox's world, beside what the hub does. Throws InputError. */
export type Control = ReturnType<typeof createControl>

/** `standIns` are for the fault switches. */
export function createControl(parts: {
  deps: StandInDeps
  standIns: Record<string, StandIn>
  mailbox: Mailbox
}) {
  const { deps, standIns, mailbox } = parts
  const { world } = deps

  function person(idOrAddress: string): Person {
    const found =
      world.people[idOrAddress] ?? world.people[world.addressBook[idOrAddress.toLowerCase()] ?? '']
    if (!found) throw missing(`nobody called ${idOrAddress}`)
    return found
  }

  function task(id: string): TrackedTask {
    const found = world.taskTracker.tasks[id]
    if (!found) throw missing(`no task ${id}`)
    return found
  }

  function change(ticketId: string, input: z.output<typeof TicketIn>, authorId: string): Ticket {
    const result = updateTicket(deps, ticketId, input, authorId)
    if (result.ok) return result.ticket
    if (result.refusal.status === 404) throw missing(`no ticket ${ticketId}`)
    throw new InputError('sandbox_refused', result.refusal.description, { status: result.refusal.status })
  }

  function commentAs(ticketId: string, authorId: string, text: string, open: boolean): Ticket {
    const ticket = world.tickets[ticketId]
    // A customer's comment opens a ticket that waits for them, as at Zendesk.
    const reopens = authorId === ticket?.requesterId && ['pending', 'solved', 'hold'].includes(ticket.status)
    return change(
      ticketId,
      { comment: { body: text, public: open }, ...(reopens ? { status: 'open' } : {}) },
      authorId,
    )
  }

  return {
    world,

    assignToAi(ticketId: string, by: 'assignee' | 'tag' = 'assignee'): Ticket {
      const tags = [...(world.tickets[ticketId]?.tags ?? []), 'ai_processing']
      return change(
        ticketId,
        by === 'tag' ? { tags } : { assignee_id: world.desk.aiAgentId },
        world.desk.agentId,
      )
    },

    /** A person takes the ticket: assigned to them, and the tag gone. */
    takeFromAi(ticketId: string): Ticket {
      const tags = (world.tickets[ticketId]?.tags ?? []).filter((tag) => tag !== 'ai_processing')
      return change(ticketId, { assignee_id: world.desk.agentId, tags }, world.desk.agentId)
    },

    createTicket(input: NewTicket): Ticket {
      const requester = requesterOf(input)
      const result = createTicket(
        deps,
        {
          subject: input.subject,
          comment: { body: input.text, public: true },
          requester_id: requester.id,
          tags: input.tags ?? [],
          ...(input.priority ? { priority: input.priority } : {}),
        },
        requester.id,
        'web',
      )
      if (result.ok) return result.ticket
      throw new InputError('sandbox_refused', result.refusal.description, { status: result.refusal.status })
    },

    commentAsCustomer: (ticketId: string, text: string): Ticket =>
      commentAs(ticketId, world.tickets[ticketId]?.requesterId ?? '', text, true),

    commentAsAgent: (ticketId: string, text: string, open = false): Ticket =>
      commentAs(ticketId, world.desk.agentId, text, open),

    /** A person of the team makes, changes or deletes a task at the task desk. */
    addTask({ project, ...fields }: NewTask): TrackedTask {
      const found = Object.values(world.taskTracker.projects).find(({ name }) => name === project)
      if (project !== undefined && !found) throw missing(`no project ${project}`)
      const given = { ...fields, projectId: found?.id ?? null, createdAt: deps.clock.now() }
      const task = addTask(world.taskTracker, given)
      deps.changed()
      return task
    },

    changeTask(id: string, change: TaskEdit): TrackedTask {
      const found = task(id)
      changeTask(found, change, deps.clock.now())
      deps.changed()
      return found
    },

    removeTask(id: string): void {
      delete world.taskTracker.tasks[task(id).id]
      deps.changed()
    },

    /** The customer writes a mail: an answer to the newest one they got, else out of the blue. */
    answerAsCustomer: (idOrAddress: string, text: string): Mail =>
      mailbox.write(person(idOrAddress), text, { to: RESEND.replyTo }),

    behave(idOrAddress: string, behaviour: BehaviourChange): Person {
      const found = person(idOrAddress)
      if (behaviour.mail !== undefined) found.mail = behaviour.mail
      if (behaviour.call !== undefined) found.call = behaviour.call
      if (behaviour.replyPhone !== undefined) found.replyPhone = behaviour.replyPhone
      deps.changed()
      return found
    },

    set({ pace, webhooks, ...rest }: SettingsChange): Settings {
      Object.assign(world.settings, rest)
      Object.assign(world.settings.pace, pace)
      Object.assign(world.settings.webhooks, webhooks)
      deps.changed()
      return world.settings
    },

    switchFault(vendor: string, fault: Fault): void {
      const standIn = standIns[vendor]
      if (!standIn) throw missing(`no stand-in ${vendor}; there are ${Object.keys(standIns).join(', ')}`)
      standIn.faults.push({ ...fault })
    },

    clearFaults(): void {
      for (const { faults } of Object.values(standIns)) faults.length = 0
    },

    faults: (): Record<string, Fault[]> =>
      Object.fromEntries(Object.entries(standIns).map(([name, { faults }]) => [name, [...faults]])),

    /** The number this customer gives in a mail, in E.164. */
    phoneOf: (idOrAddress: string): string => phoneOf(person(idOrAddress)).e164,
  }

  function requesterOf(input: NewTicket): Person {
    const known =
      world.people[input.requester] ?? world.people[world.addressBook[input.requester.toLowerCase()] ?? '']
    if (known) return known
    if (!input.requester.includes('@')) throw missing(`nobody called ${input.requester}`)
    return addPerson(world, {
      name: input.name ?? input.requester.split('@')[0] ?? 'Guest',
      email: input.requester,
      createdAt: deps.clock.now(),
      ...(input.locale ? { locale: input.locale } : {}),
      ...(input.timeZone ? { timeZone: input.timeZone } : {}),
    })
  }
}

function missing(what: string): InputError {
  return new InputError('sandbox_not_found', `The sandbox has ${what}.`, { status: 404 })
}
