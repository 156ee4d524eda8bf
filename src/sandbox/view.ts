import type { ChatServer, World } from './world.ts'

/** The world for a page that looks on: newest first, bounded, without what only machines need. */
export type WorldView = ReturnType<typeof viewWorld>

const LIST_MAX = 100

export function viewWorld(world: World) {
  return {
    settings: world.settings,
    desk: world.desk,
    tickets: newest(Object.values(world.tickets), (ticket) => ticket.updatedAt).map((ticket) => ({
      id: ticket.id,
      subject: ticket.subject,
      status: ticket.status,
      priority: ticket.priority,
      tags: ticket.tags,
      requesterId: ticket.requesterId,
      requester: world.people[ticket.requesterId]?.name ?? '',
      assigneeId: ticket.assigneeId,
      assignee: world.people[ticket.assigneeId ?? '']?.name ?? null,
      withAi: ticket.assigneeId === world.desk.aiAgentId || ticket.tags.includes('ai_processing'),
      group: world.groups[ticket.groupId ?? '']?.name ?? null,
      fields: ticket.fields,
      createdAt: ticket.createdAt,
      updatedAt: ticket.updatedAt,
      comments: ticket.comments.map((comment) => ({
        id: comment.id,
        author: world.people[comment.authorId]?.name ?? '',
        public: comment.public,
        text: comment.body,
        at: comment.createdAt,
      })),
    })),
    people: Object.values(world.people)
      .filter((person) => person.role === 'end-user')
      .slice(0, LIST_MAX)
      .map(({ id, name, email, phone, locale, timeZone, organization, tags, mail, call, ticketIds }) => ({
        id,
        name,
        email,
        phone,
        locale,
        timeZone,
        organization,
        tags,
        tickets: ticketIds.length,
        mail,
        call,
      })),
    mails: newest(Object.values(world.mails), (mail) => mail.createdAt).map(
      ({ id, direction, from, to, subject, text, personId, answers, lastEvent, createdAt }) => ({
        id,
        direction,
        from,
        to,
        subject,
        text,
        personId,
        answers,
        lastEvent,
        at: createdAt,
      }),
    ),
    calls: newest(Object.values(world.calls), (call) => call.createdAt).map(
      ({ request: _, ...call }) => call,
    ),
    chat: { slack: rooms(world.chat.slack), discord: rooms(world.chat.discord) },
    tasks: newest(Object.values(world.taskTracker.tasks), (task) => task.updatedAt).map(
      ({ id, title, status, priority, projectId, assignee, comments, updatedAt }) => ({
        id,
        title,
        status,
        priority,
        project: world.taskTracker.projects[projectId ?? '']?.name ?? null,
        assignee,
        comments: comments.map(({ id: commentId, by, content, createdAt }) => ({
          id: commentId,
          by,
          text: content,
          at: createdAt,
        })),
        updatedAt,
      }),
    ),
    webhooks: { counters: world.webhooks, waiting: Object.keys(world.outbox).length },
  }
}

function rooms(server: ChatServer) {
  return Object.values(server.channels).map((channel) => ({
    id: channel.id,
    name: channel.name,
    messages: newest(Object.values(channel.messages), (message) => message.createdAt).map((message) => ({
      id: message.id,
      author: message.authorName,
      text: message.text,
      body: message.body,
      thread: message.thread,
      via: message.via,
      at: message.createdAt,
      edits: message.edits.length,
    })),
  }))
}

function newest<T>(all: T[], at: (one: T) => number): T[] {
  return all.sort((a, b) => at(b) - at(a)).slice(0, LIST_MAX)
}
