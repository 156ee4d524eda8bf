import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VendorError } from '../../src/ops/errors.ts'
import type { Task, TaskDesk } from '../../src/ports/index.ts'

export type TaskTrouble =
  | { status: number; retryAfterS?: number }
  /** The request is carried out and its answer lost. */
  | 'lost_answer'
  /** The connection breaks before anything happened. */
  | 'reset'

export type TaskDeskUnderTest = {
  desk: TaskDesk
  /** A task that is there, with a project and an assignee, in state `todo`; its title is `Landing page`. */
  taskId: string
  /** Comments of a task as they stand at the tracker. */
  commentsOf(taskId: string): string[]
  /** A person changes the task at the tracker. */
  touch(taskId: string): void
  /** The next request to read, or to write, meets this. */
  troubles(kind: 'read' | 'write', trouble: TaskTrouble): void
  close(): Promise<void>
}

/** What every TaskDesk must do. */
export function taskDeskContract(name: string, create: () => Promise<TaskDeskUnderTest>) {
  describe(`${name} as a task desk`, () => {
    let vendor: TaskDeskUnderTest
    let desk: TaskDesk
    beforeEach(async () => {
      vendor = await create()
      desk = vendor.desk
    })
    afterEach(() => vendor.close())

    const titles = (tasks: Task[]) => tasks.map(({ title }) => title)

    it('tells of a task all that it knows', async () => {
      expect(await desk.get(vendor.taskId)).toMatchObject({
        id: vendor.taskId,
        title: 'Landing page',
        status: 'todo',
        priority: 'normal',
        projectId: expect.any(String),
        assignee: expect.any(String),
        version: expect.any(String),
        updatedAt: expect.any(Number),
      })
      expect(await desk.get('no-such-task')).toBeUndefined()
    })

    it('finds tasks by words of their title, closest first, and narrows them down', async () => {
      await desk.create({ title: 'Größe der Landing Page prüfen' }, { key: 'one' })
      await desk.create({ title: 'LANDING PAGE, again', status: 'done' }, { key: 'two' })
      expect(titles(await desk.search({ search: 'landing page', limit: 10 }))).toEqual([
        'Landing page',
        'LANDING PAGE, again',
        'Größe der Landing Page prüfen',
      ])
      expect(titles(await desk.search({ search: 'landing', status: 'done', limit: 10 }))).toEqual([
        'LANDING PAGE, again',
      ])
      const { projectId } = (await desk.get(vendor.taskId)) ?? {}
      const inProject = await desk.search({ search: 'landing', projectId: projectId ?? '?', limit: 10 })
      expect(titles(inProject)).toEqual(['Landing page'])
      expect(await desk.search({ search: 'landing', limit: 2 })).toHaveLength(2)
      expect(await desk.search({ search: 'landing castle', limit: 10 })).toEqual([])
    })

    it('makes a task once under one key, however often it is asked', async () => {
      const make = () => desk.create({ title: 'Für später ✓', priority: 'high' }, { key: 'make' })
      const made = await make()
      expect(made).toMatchObject({ title: 'Für später ✓', priority: 'high', status: 'todo', projectId: null })
      expect(await make()).toEqual(made)
      expect(await desk.search({ search: 'Für später', limit: 10 })).toHaveLength(1)
    })

    it('changes what is given, says how that was before, and leaves the rest', async () => {
      const { task, previous } = await desk.update(vendor.taskId, { status: 'working' }, { key: 'start' })
      expect(previous).toEqual({ status: 'todo' })
      expect(task).toMatchObject({ title: 'Landing page', status: 'working', priority: 'normal' })
      expect(await desk.get(vendor.taskId)).toEqual(task)
    })

    it('answers a change that is repeated under its key as it did first, and changes nothing', async () => {
      const first = await desk.update(vendor.taskId, { status: 'working' }, { key: 'start' })
      await desk.update(vendor.taskId, { status: 'done' }, { key: 'finish' })
      expect(await desk.update(vendor.taskId, { status: 'working' }, { key: 'start' })).toEqual(first)
      expect(await desk.get(vendor.taskId)).toMatchObject({ status: 'done' })
    })

    it('changes nothing where somebody was faster', async () => {
      const version = (await desk.get(vendor.taskId))?.version ?? '?'
      vendor.touch(vendor.taskId)
      const options = { key: 'late', expectedVersion: version }
      await expect(desk.update(vendor.taskId, { status: 'done' }, options)).rejects.toMatchObject({
        name: 'VendorError',
        code: 'vendor_conflict',
        effect: 'none',
      })
      expect(await desk.get(vendor.taskId)).not.toMatchObject({ status: 'done' })
      const now = (await desk.get(vendor.taskId))?.version ?? '?'
      await desk.update(vendor.taskId, { status: 'done' }, { key: 'again', expectedVersion: now })
      expect(await desk.get(vendor.taskId)).toMatchObject({ status: 'done' })
    })

    it('comments once under one key, and takes the comment away again', async () => {
      const say = () => desk.comment(vendor.taskId, 'Fertig – schön!', { key: 'say' })
      const said = await say()
      expect(said).toMatchObject({ taskId: vendor.taskId, content: 'Fertig – schön!' })
      expect(await say()).toEqual(said)
      expect(vendor.commentsOf(vendor.taskId)).toEqual(['Fertig – schön!'])
      await desk.removeComment(vendor.taskId, said.id)
      await desk.removeComment(vendor.taskId, said.id)
      expect(vendor.commentsOf(vendor.taskId)).toEqual([])
    })

    it('deletes a task, and takes one that is gone for deleted', async () => {
      await desk.remove(vendor.taskId)
      await desk.remove(vendor.taskId)
      expect(await desk.get(vendor.taskId)).toBeUndefined()
    })

    it('says that a task to write to is not there', async () => {
      const gone = { name: 'VendorError', code: 'vendor_not_found', retry: { when: 'never' }, effect: 'none' }
      await expect(desk.comment('no-such-task', 'x', { key: 'a' })).rejects.toMatchObject(gone)
      await expect(desk.update('no/such task?', { status: 'done' }, { key: 'b' })).rejects.toMatchObject(gone)
    })

    it.each<[TaskTrouble, Partial<VendorError>, Partial<VendorError>]>([
      [{ status: 401 }, { code: 'vendor_auth', retry: { when: 'never' }, effect: 'none' }, {}],
      [
        { status: 429, retryAfterS: 7 },
        { code: 'vendor_rate_limited', retry: { when: 'after', ms: 7_000 }, effect: 'none' },
        {},
      ],
      [{ status: 422 }, { code: 'vendor_rejected', retry: { when: 'never' }, effect: 'none' }, {}],
      [
        { status: 500 },
        { code: 'vendor_unavailable', retry: { when: 'backoff' }, effect: 'none' },
        { effect: 'unknown' },
      ],
      [
        'reset',
        { code: 'vendor_unavailable', retry: { when: 'backoff' }, effect: 'none' },
        { effect: 'unknown' },
      ],
    ])('says what %j means for another attempt, of a read and of a write', async (trouble, read, write) => {
      vendor.troubles('read', trouble)
      const asked = await desk.search({ search: 'x', limit: 1 }).catch((thrown: unknown) => thrown)
      expect(asked).toBeInstanceOf(VendorError)
      expect(asked).toMatchObject({ vendor: desk.name, ...read })

      vendor.troubles('write', trouble)
      const written = await desk.comment(vendor.taskId, 'x', { key: 'x' }).catch((thrown: unknown) => thrown)
      expect(written).toMatchObject({ vendor: desk.name, ...read, ...write })
      expect(vendor.commentsOf(vendor.taskId)).toEqual([])
    })

    it('gets a lost answer by asking again under the key', async () => {
      vendor.troubles('write', 'lost_answer')
      const say = () => desk.comment(vendor.taskId, 'Once', { key: 'say' })
      await expect(say()).rejects.toMatchObject({ code: 'vendor_unavailable', effect: 'unknown' })
      expect(await say()).toMatchObject({ content: 'Once' })
      expect(vendor.commentsOf(vendor.taskId)).toEqual(['Once'])
    })

    it('says that it is well, and what is wrong when it is not', async () => {
      expect(await desk.check()).toMatchObject({ ok: true })
      vendor.troubles('read', { status: 401 })
      expect(await desk.check()).toMatchObject({
        ok: false,
        hint: expect.stringContaining('TASKS_API_TOKEN'),
      })
    })
  })
}
