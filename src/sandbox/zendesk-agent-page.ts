import type { StandInReply } from './standin.ts'
import type { Ticket, World } from './world.ts'
import { escapeHtml } from './zendesk-wire.ts'

/** What stands behind a ticket's link: the conversation to read, no more. All text in it is the customers' own. */
export function agentPage(world: World, ticket: Ticket): StandInReply {
  const name = (id: string | null) => escapeHtml(world.people[id ?? '']?.name ?? 'nobody')
  const facts = [
    `${ticket.status}${ticket.priority === null ? '' : `, ${ticket.priority}`}`,
    `from ${name(ticket.requesterId)}`,
    `assigned to ${name(ticket.assigneeId)}`,
    `group ${escapeHtml(world.groups[ticket.groupId ?? '']?.name ?? 'none')}`,
    ...ticket.tags.map((tag) => `#${escapeHtml(tag)}`),
  ]
  const comments = ticket.comments.map(
    (comment) =>
      `<article${comment.public ? '' : ' class="internal"'}><h2 dir="auto">${name(comment.authorId)}` +
      `${comment.public ? '' : ' (internal note)'}</h2>` +
      `<time>${new Date(comment.createdAt).toISOString().slice(0, 16).replace('T', ' ')} UTC</time>` +
      `<p dir="auto">${escapeHtml(comment.body)}</p></article>`,
  )
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    },
    body: `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>#${ticket.id} ${escapeHtml(ticket.subject)}</title>
<style>${STYLE}</style>
<h1 dir="auto">#${ticket.id} ${escapeHtml(ticket.subject)}</h1>
<p>${facts.join(' · ')}</p>
${comments.join('\n')}
</html>`,
  }
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:45rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1rem;margin:0}article{border:1px solid #8886;border-radius:8px;padding:1rem;margin:1rem 0}
.internal{background:#fa03}time{color:#888;font-size:.85rem}p{white-space:pre-wrap;margin:.5rem 0 0}`
