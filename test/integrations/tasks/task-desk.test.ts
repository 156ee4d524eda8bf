import { describe, expect, it } from 'vitest'
import { createTaskDesk } from '../../../integrations/tasks/task-desk.ts'
import { nocked } from '../nocked.ts'
import { silentVendor } from '../silent-vendor.ts'

/** What goes over the wire, by the letter of the README; what comes of it is in test/contracts/tasks.ts. */

const BASE = 'https://tasks.test/api'
const CONFIG = { TASKS_BASE_URL: BASE, TASKS_API_TOKEN: 'top-secret' }
const vendor = nocked(BASE, null)
const desk = createTaskDesk(CONFIG)
const TASK = {
  id: 't-17',
  title: 'Landing page',
  status: 'todo',
  priority: 'high',
  project_id: null,
  assignee: null,
  url: 'https://tasks.example.com/t-17',
  version: '3',
  updated_at: '2026-11-20T10:30:00+01:00',
}
const COMMENT = { id: 'c-4', task_id: 't-17', content: 'Done!', created_at: '2026-11-20T09:31:00.000Z' }

describe('the task desk on the wire', () => {
  it('asks with its token, and for no more than is wanted', async () => {
    vendor.answers('GET', '/tasks', { body: { data: [TASK] } })
    expect(await desk.search({ search: 'Größe & Preis', limit: 5 })).toEqual([
      {
        ...{ id: 't-17', title: 'Landing page', status: 'todo', priority: 'high', projectId: null },
        ...{ assignee: null, url: 'https://tasks.example.com/t-17', version: '3' },
        updatedAt: Date.parse('2026-11-20T09:30:00Z'),
      },
    ])
    const [call] = vendor.calls
    expect(Object.fromEntries(call?.query ?? [])).toEqual({ search: 'Größe & Preis', limit: '5' })
    expect(call?.headers).toMatchObject({ authorization: 'Bearer top-secret' })
  })

  it('writes with a key, and with the version that it saw where that matters', async () => {
    vendor.answers('POST', '/tasks', { status: 201, body: TASK })
    vendor.answers('PATCH', '/tasks/t-17', { body: { task: TASK, previous: { title: 'Page' } } })
    vendor.answers('POST', '/tasks/t-17/comments', { status: 201, body: COMMENT })
    await desk.create({ title: 'Landing page', projectId: 'p-1' }, { key: 'k1' })
    await desk.update('t-17', { title: 'Landing page' }, { key: 'k2', expectedVersion: '2' })
    await desk.comment('t-17', 'Done!', { key: 'k3' })
    expect(vendor.calls.map(({ body }) => body)).toEqual([
      { title: 'Landing page', project_id: 'p-1' },
      { title: 'Landing page' },
      { content: 'Done!' },
    ])
    const sent = (name: string) => vendor.calls.map(({ headers }) => headers[name])
    expect(sent('idempotency-key')).toEqual(['k1', 'k2', 'k3'])
    expect(sent('if-match')).toEqual([undefined, '"2"', undefined])
  })

  it('lets no id lead to another path', async () => {
    vendor.answers('DELETE', '/tasks/..%2Fusers%3Fx', { status: 204 })
    await desk.remove('../users?x')
  })

  it("passes on the tracker's own words, and never its token", async () => {
    const body = { title: 'Unprocessable', detail: 'the project is archived' }
    vendor.answers('POST', '/tasks', { status: 422, body })
    const error = await desk.create({ title: 'x' }, { key: 'k' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ hint: expect.stringContaining('the project is archived') })
    expect(`${error} ${JSON.stringify(error)}`).not.toContain('top-secret')
  })

  it('takes an answer of another shape for a write that may have happened', async () => {
    vendor.answers('POST', '/tasks/t-17/comments', { body: { ok: true } })
    const saying = desk.comment('t-17', 'Done!', { key: 'k' })
    await expect(saying).rejects.toMatchObject({ code: 'vendor_unavailable', effect: 'unknown' })
  })

  it('tells a connection that nobody took from one that broke', async () => {
    vendor.breaks('POST', '/tasks', 'ECONNREFUSED')
    await expect(desk.create({ title: 'x' }, { key: 'k' })).rejects.toMatchObject({ effect: 'none' })
    vendor.breaks('POST', '/tasks', 'ECONNRESET')
    await expect(desk.create({ title: 'x' }, { key: 'k' })).rejects.toMatchObject({ effect: 'unknown' })
  })

  it('does not wait for ever, and does not take silence for a no', async () => {
    const silent = createTaskDesk({ ...CONFIG, TASKS_BASE_URL: await silentVendor() }, { timeoutMs: 100 })
    const writing = silent.create({ title: 'x' }, { key: 'k' })
    await expect(writing).rejects.toMatchObject({ code: 'vendor_unavailable', effect: 'unknown' })
  })
})
