import { systemClock } from '../src/ops/clock.ts'
import { countEffects, instantPace, startSandbox } from '../src/sandbox/index.ts'
import { serveParent } from './child.ts'

/**
 * The stand-ins of every vendor in a process of their own, answering at once: `node job-standins.ts <hub's url>`.
 * Asked for `create <n>` they make so many customers with a ticket each, for `assign` they give these to AI.
 */
const sandbox = await startSandbox({
  clock: systemClock(),
  hubUrl: process.argv[2] ?? '',
  settings: { pace: { ...instantPace } },
})
let made = 0
let open: string[] = []

serveParent(sandbox.env, answer, () => sandbox.close())

async function answer(question: string) {
  const [what, n] = question.split(' ')
  switch (what) {
    case 'create':
      open = Array.from({ length: Number(n) }, () => newTicket(++made))
      return open
    case 'assign':
      for (const id of open) sandbox.control.assignToAi(id)
      return open.length
    case 'idle':
      return sandbox.webhooks.idle()
    case 'effects':
      return tally(open)
    default:
      return process.cpuUsage()
  }
}

function newTicket(n: number): string {
  const { id } = sandbox.control.createTicket({
    requester: `guest-${n}@bench.example`,
    name: `Guest Number ${n}`,
    locale: 'en-IN',
    timeZone: 'Asia/Kolkata',
    subject: 'A week by the sea in January',
    text: 'Hello, we are three, with a daughter of six, and think of a week in Goa in January. What do you recommend?',
  })
  return id
}

/** What reached the world for these tickets, and what came twice. */
function tally(ids: readonly string[]) {
  const { world } = sandbox
  const { mails, calls, chat, desk } = countEffects(world)
  const tickets = ids.map((id) => world.tickets[id])
  const twice = [mails.byKey, calls.byExternalId, chat.slack, chat.discord, desk.updatesByMarker].flatMap(
    (counts) => Object.values(counts).filter((times) => times > 1),
  )
  const people = tickets.map((ticket) => ticket?.requesterId ?? '')
  return {
    solved: tickets.filter((ticket) => ticket?.status === 'solved').length,
    mails: people.reduce((sum, id) => sum + (mails.byPerson[id] ?? 0), 0),
    calls: calls.total,
    slack: Object.keys(chat.slack).length,
    discord: Object.keys(chat.discord).length,
    twice: twice.length,
  }
}
