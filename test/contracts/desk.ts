import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VendorError } from '../../src/ops/errors.ts'
import type { Desk, DeskComment, DeskPage } from '../../src/ports/index.ts'

/** What a desk suite needs of the world behind a desk; each desk's test file builds it. */
export type DeskWorld = {
  desk: Desk
  /** An open ticket with at least five comments, by a customer and agents, one of them internal. */
  ticket: {
    id: string
    subject: string
    requesterId: string
    tags: string[]
    /** Newest first. */
    comments: { text: string; public: boolean; by: 'customer' | 'agent' }[]
  }
  /** Of the same requester, newest first; at least three. */
  ticketIds: string[]
  requester: { name: string; email: string; timeZone: string }
  /** Ids of the desk's form that nothing has. */
  missing: { ticketId: string; personId: string }
  /** Who can be assigned. */
  agentId: string
  /** Lets time pass, so that the desk's change list is up to date. */
  settle(): void
  /** Somebody else changes the ticket, a while later. */
  touch(ticketId: string): void
  /** The next request of that kind goes wrong. */
  failNext(kind: 'read' | 'write', how: Failure): void
  close(): Promise<void>
}

/** `lost_answer`: carried out, then the connection broke. */
export type Failure = { status: number; retryAfterS?: number } | 'lost_answer'

const NOTE = 'Called the guest: wants the «Familienzimmer», 3 people.\n<b>not bold</b>'

/** What every desk must do, whatever the vendor. */
export function deskContract(name: string, open: () => Promise<DeskWorld>) {
  describe(`the desk of ${name}`, () => {
    let world: DeskWorld
    let desk: Desk
    beforeEach(async () => {
      world = await open()
      desk = world.desk
    })
    afterEach(() => world.close())

    it('shows a ticket as the desk has it, times in milliseconds', async () => {
      const ticket = await desk.getTicket(world.ticket.id)
      expect(ticket).toMatchObject({
        id: world.ticket.id,
        subject: world.ticket.subject,
        description: world.ticket.comments.at(-1)?.text,
        status: 'open',
        tags: world.ticket.tags,
        requesterId: world.ticket.requesterId,
      })
      expect(ticket?.url).toContain(world.ticket.id)
      expect(ticket?.createdAt).toBeGreaterThan(Date.parse('2000-01-01'))
      expect(ticket?.updatedAt).toBeGreaterThanOrEqual(ticket?.createdAt ?? Number.POSITIVE_INFINITY)
    })

    it('shows the person behind a ticket', async () => {
      expect(await desk.getPerson(world.ticket.requesterId)).toMatchObject({
        id: world.ticket.requesterId,
        ...world.requester,
      })
    })

    it.each(['1/../2', 'x', ''])('has no ticket and no person %j', async (id) => {
      expect(await desk.getTicket(id)).toBeUndefined()
      expect(await desk.getPerson(id)).toBeUndefined()
    })

    it('has nothing under an id that nobody has', async () => {
      expect(await desk.getTicket(world.missing.ticketId)).toBeUndefined()
      expect(await desk.getPerson(world.missing.personId)).toBeUndefined()
      expect(await desk.findMarked(world.missing.ticketId, 'm')).toBe(false)
    })

    it('pages through the comments, newest first, each with its kind of author', async () => {
      const comments = await all((cursor) => desk.listComments(world.ticket.id, { limit: 2, ...cursor }))
      expect(comments.map(saying)).toEqual(world.ticket.comments)
      expect(new Set(comments.map((one) => one.id)).size).toBe(comments.length)
      expect(comments[0]?.author.name).not.toBe('')
    })

    it('pages through the tickets of a requester, newest first', async () => {
      const tickets = await all((cursor) =>
        desk.listTicketsOf(world.ticket.requesterId, { limit: 2, ...cursor }),
      )
      expect(tickets.map((one) => one.id)).toEqual(world.ticketIds)
    })

    it('lists every ticket once as changed, and again only when it changes', async () => {
      world.settle()
      const first = await changesFrom(desk, { since: 0 })
      expect(first.ids).toEqual(expect.arrayContaining(world.ticketIds))
      expect((await changesFrom(desk, { cursor: first.cursor })).ids).toEqual([])

      world.touch(world.ticket.id)
      world.settle()
      const second = await changesFrom(desk, { cursor: first.cursor })
      expect(second.ids).toEqual([world.ticket.id])
      expect((await changesFrom(desk, { cursor: first.cursor })).ids).toEqual(second.ids)
    })

    it('applies a change as a whole and keeps what it was not asked to change', async () => {
      const { id, subject, tags } = world.ticket
      const [gone = '', ...kept] = tags
      const change = {
        status: 'pending' as const,
        addTags: ['ai_called', 'vip'],
        removeTags: [gone],
        assigneeId: world.agentId,
        comment: { text: NOTE, public: false },
      }
      const answer = await desk.update(id, change, { marker: 'effect-1' })
      const after = { id, subject, status: 'pending', assigneeId: world.agentId }
      expect(answer).toMatchObject(after)

      const read = await desk.getTicket(id)
      expect(read).toMatchObject(after)
      expect(read?.tags.toSorted()).toEqual([...kept, 'ai_called', 'vip'].toSorted())
      const { items } = await desk.listComments(id, { limit: 2 })
      expect(items.map(saying)).toEqual([
        { text: NOTE, public: false, by: 'agent' },
        world.ticket.comments[0],
      ])
    })

    it('sends a comment in public only where that was asked for', async () => {
      const { id } = world.ticket
      await desk.update(id, { comment: { text: 'for all', public: true } }, { marker: 'a' })
      await desk.update(id, { comment: { text: 'for us', public: false } }, { marker: 'b' })
      const { items } = await desk.listComments(id, { limit: 2 })
      expect(items.map((one) => [one.text, one.public])).toEqual([
        ['for us', false],
        ['for all', true],
      ])
    })

    it('takes a ticket away from its assignee', async () => {
      const { id } = world.ticket
      await desk.update(id, { assigneeId: world.agentId }, { marker: 'a' })
      await desk.update(id, { assigneeId: null }, { marker: 'b' })
      expect((await desk.getTicket(id))?.assigneeId).toBeNull()
    })

    it.each([
      ['with a comment', { comment: { text: 'hello', public: false } }],
      ['without a comment', { status: 'pending' as const }],
    ])('finds an update by its marker, %s', async (_, change) => {
      const { id } = world.ticket
      expect(await desk.findMarked(id, 'effect-1')).toBe(false)
      await desk.update(id, change, { marker: 'effect-1' })
      await desk.update(id, { addTags: ['later'] }, { marker: 'effect-3' })
      expect(await desk.findMarked(id, 'effect-1')).toBe(true)
      expect(await desk.findMarked(id, 'effect')).toBe(false)
      expect(await desk.findMarked(id, 'effect-2')).toBe(false)
    })

    it.each([
      ['tags', { addTags: ['x'], comment: { text: 'late', public: false } }],
      ['no tags', { comment: { text: 'late', public: false } }],
    ])('refuses a change with %s that was decided on an older ticket', async (_, change) => {
      const { id } = world.ticket
      const read = await desk.getTicket(id)
      world.touch(id)
      await expect(
        desk.update(id, change, { marker: 'm', expectedUpdatedAt: read?.updatedAt ?? 0 }),
      ).rejects.toMatchObject({ code: 'vendor_conflict', retry: { when: 'never' }, effect: 'none' })
      expect(await desk.findMarked(id, 'm')).toBe(false)
      expect((await desk.getTicket(id))?.tags).not.toContain('x')
    })

    it('applies a change that was decided on the ticket as it is', async () => {
      const { id } = world.ticket
      const read = await desk.getTicket(id)
      const options = { marker: 'm', expectedUpdatedAt: read?.updatedAt ?? 0 }
      const updated = await desk.update(id, { status: 'solved', addTags: ['done'] }, options)
      expect(updated).toMatchObject({ status: 'solved', tags: expect.arrayContaining(['done']) })
    })

    it('says that a ticket to be changed does not exist', async () => {
      await expect(
        desk.update(world.missing.ticketId, { status: 'open' }, { marker: 'm' }),
      ).rejects.toMatchObject({ code: 'vendor_not_found', effect: 'none' })
    })

    it.each([
      ['read', { status: 401 }, 'vendor_auth', 'never', 'none'],
      ['read', { status: 403 }, 'vendor_auth', 'never', 'none'],
      ['read', { status: 429, retryAfterS: 7 }, 'vendor_rate_limited', 'after', 'none'],
      ['read', { status: 503 }, 'vendor_unavailable', 'backoff', 'none'],
      ['write', { status: 422 }, 'vendor_rejected', 'never', 'none'],
      ['write', { status: 429, retryAfterS: 7 }, 'vendor_rate_limited', 'after', 'none'],
      ['write', { status: 500 }, 'vendor_unavailable', 'backoff', 'unknown'],
    ] as const)(
      'a %s answered with %j is %s, tried again: %s, effect: %s',
      async (kind, how, code, when, effect) => {
        world.failNext(kind, how)
        const error = await failureOf(() => act(kind))
        expect({ code: error.code, when: error.retry.when, effect: error.effect }).toEqual({
          code,
          when,
          effect,
        })
        if (error.retry.when === 'after') expect(error.retry.ms).toBe(7000)
      },
    )

    it('finds what it wrote although the answer was lost', async () => {
      world.failNext('write', 'lost_answer')
      const error = await failureOf(() => act('write'))
      expect(error).toMatchObject({ code: 'vendor_unavailable', effect: 'unknown' })
      expect(await desk.findMarked(world.ticket.id, 'effect-9')).toBe(true)
    })

    it('never repeats a request by itself', async () => {
      world.failNext('write', { status: 500 })
      await failureOf(() => act('write'))
      expect(await desk.findMarked(world.ticket.id, 'effect-9')).toBe(false)
    })

    it('says that the connection is fine, and when it is not, what to do', async () => {
      expect(await desk.check()).toMatchObject({ ok: true })
      world.failNext('read', { status: 401 })
      expect(await desk.check()).toMatchObject({ ok: false, hint: expect.stringMatching(/token|credential/) })
    })

    function act(kind: 'read' | 'write'): Promise<unknown> {
      const { id } = world.ticket
      if (kind === 'read') return desk.getTicket(id)
      return desk.update(id, { comment: { text: 'once', public: false } }, { marker: 'effect-9' })
    }
  })
}

function saying(comment: DeskComment) {
  return { text: comment.text, public: comment.public, by: comment.author.kind }
}

async function all<T>(read: (cursor: { cursor?: string }) => Promise<DeskPage<T>>): Promise<T[]> {
  const items: T[] = []
  let next: string | null = null
  do {
    const page: DeskPage<T> = await read(next === null ? {} : { cursor: next })
    items.push(...page.items)
    next = page.next
  } while (next !== null)
  return items
}

async function changesFrom(desk: Desk, from: { cursor: string } | { since: number }) {
  const ids: string[] = []
  for (let position = from; ; ) {
    const page = await desk.listChanges(position)
    ids.push(...page.tickets.map((one) => one.id))
    if (!page.more) return { ids, cursor: page.cursor }
    position = { cursor: page.cursor }
  }
}

async function failureOf(run: () => Promise<unknown>): Promise<VendorError> {
  const error = await run().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof VendorError) return error
  throw new Error('it should have failed with a VendorError', { cause: error })
}
