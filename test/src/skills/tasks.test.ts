import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTaskDesk } from '../../../integrations/tasks/task-desk.ts'
import { startTasksStandIn, TASKS } from '../../../src/sandbox/tasks.ts'
import { addTask, changeTask } from '../../../src/sandbox/tasks-world.ts'
import { taskSkills, type Undo } from '../../../src/skills/index.ts'
import { ORG } from '../../contracts/rows.ts'
import { type Bench, startBench } from '../sandbox/bench.ts'
import { type SkillBench, skillBench } from './bench.ts'

let vendor: Bench
let standIn: Awaited<ReturnType<typeof startTasksStandIn>>
let bench: SkillBench

beforeEach(async () => {
  vendor = await startBench()
  standIn = await startTasksStandIn(vendor.deps)
  const desk = createTaskDesk({ TASKS_BASE_URL: standIn.url, TASKS_API_TOKEN: TASKS.apiToken })
  bench = await skillBench(taskSkills(desk))
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
  await standIn.close()
  await vendor.close()
})

const tracker = () => vendor.world.taskTracker
const added = (title: string) => addTask(tracker(), { title, createdAt: vendor.clock.now() })
const taskAt = (id: string) => tracker().tasks[id]

let causes = 0
/** Runs a skill for the first time; answers its output, and what takes it back. */
async function act(name: string, input: Record<string, unknown>, cause = `test:${++causes}`) {
  const output = await bench.act(name, input, { cause })
  const skill = bench.skills.get(name)
  const effect = (await bench.effects()).at(-1)
  const about = { org: ORG, hub: bench.hub, effectId: effect?.id ?? '' }
  const undo = await skill?.undo?.(skill.input.parse(input), output, about)
  return { output, undo }
}

async function takeBack(undo: Undo | undefined) {
  if (undo?.kind !== 'skill') throw new Error(`cannot be taken back: ${undo?.why}`)
  return act(undo.skill, undo.input)
}

const Found = z.object({ data: z.array(z.looseObject({ id: z.string(), title: z.string() })) })
const Made = z.object({ data: z.looseObject({ id: z.string() }) })

describe('the skills about tasks', () => {
  it('find, with what tells one task from another', async () => {
    const { id } = added('Landing page')
    added('Newsletter')
    const { output } = await act('search_tasks', { search: 'landing' })
    expect(Found.parse(output).data).toEqual([
      expect.objectContaining({ id, title: 'Landing page', status: 'todo', priority: 'normal' }),
    ])
  })

  it('make a task, and delete it again', async () => {
    const made = await act('create_task', { title: 'New', priority: 'high' })
    const { id } = Made.parse(made.output).data
    expect(taskAt(id)).toMatchObject({ title: 'New', priority: 'high', status: 'todo' })
    await takeBack(made.undo)
    expect(taskAt(id)).toBeUndefined()
  })

  it('change a task, and set back what they changed, newest change first', async () => {
    const { id } = added('Landing page')
    const first = await act('update_task', { task_id: id, status: 'working', priority: 'high' })
    const second = await act('update_task', { task_id: id, status: 'done' })
    expect(second.output).toMatchObject({ data: { id, status: 'done' }, before: { status: 'working' } })
    await takeBack(second.undo)
    await takeBack(first.undo)
    expect(taskAt(id)).toMatchObject({ status: 'todo', priority: 'normal', title: 'Landing page' })
  })

  it('do not set back what somebody else has changed since', async () => {
    const task = added('Landing page')
    const { undo } = await act('update_task', { task_id: task.id, status: 'done' })
    changeTask(task, { status: 'working' }, vendor.clock.now())
    await expect(takeBack(undo)).rejects.toMatchObject({ code: 'refused_changed_since' })
    expect(taskAt(task.id)).toMatchObject({ status: 'working' })
  })

  it('do not delete a task again that somebody has worked on since', async () => {
    const made = await act('create_task', { title: 'New' })
    const { id } = Made.parse(made.output).data
    const task = taskAt(id)
    if (task) changeTask(task, { status: 'working' }, vendor.clock.now())
    await expect(takeBack(made.undo)).rejects.toMatchObject({ code: 'refused_changed_since' })
    expect(taskAt(id)).toBeDefined()
  })

  it('set their own back although other fields have changed since', async () => {
    const task = added('Landing page')
    const { undo } = await act('update_task', { task_id: task.id, status: 'done' })
    changeTask(task, { priority: 'high' }, vendor.clock.now())
    await takeBack(undo)
    expect(taskAt(task.id)).toMatchObject({ status: 'todo', priority: 'high' })
  })

  it('look again when a task moves between look and write', async () => {
    const task = added('Landing page')
    const { undo } = await act('update_task', { task_id: task.id, status: 'done' })
    // The look has been answered, the write not yet begun, when somebody changes another field.
    standIn.faults.push({ on: `PATCH /tasks/${task.id}`, kind: { status: 412 }, times: 1 })
    await takeBack(undo)
    expect(taskAt(task.id)).toMatchObject({ status: 'todo' })
  })

  it('comment, and take the comment away again', async () => {
    const { id } = added('Landing page')
    const said = await act('create_comment', { task_id: id, content: 'Done!' })
    expect(taskAt(id)?.comments).toMatchObject([{ content: 'Done!', by: TASKS.account }])
    await takeBack(said.undo)
    expect(taskAt(id)?.comments).toEqual([])
  })

  it('say honestly that a deleted task does not come back', async () => {
    const { id } = added('Landing page')
    expect((await act('delete_task', { task_id: id })).undo).toMatchObject({ kind: 'impossible' })
  })

  it.each([
    ['create_task', { title: 'New' }],
    ['update_task', { status: 'done' }],
    ['update_task', { status: 'done', expected: { status: 'todo' } }],
    ['create_comment', { content: 'Done!' }],
  ])('%s happens once when its answer is lost: %j', async (name, given) => {
    const { id, version } = added('Landing page')
    const before = Object.keys(tracker().tasks).length
    const input = name === 'create_task' ? given : { task_id: id, ...given }
    standIn.faults.push({
      on: name === 'update_task' ? 'PATCH /' : 'POST /',
      kind: 'timeout_after_effect',
      times: 1,
    })
    await expect(act(name, input, 'once')).rejects.toMatchObject({ effect: 'unknown' })
    const { output } = await act(name, input, 'once')
    expect(Object.keys(tracker().keys)).toHaveLength(1)
    expect(Object.keys(tracker().tasks)).toHaveLength(name === 'create_task' ? before + 1 : before)
    expect(taskAt(id)?.comments).toHaveLength(name === 'create_comment' ? 1 : 0)
    if (name === 'update_task') {
      expect(taskAt(id)?.version).toBe(version + 1)
      expect(output).toMatchObject({ before: { status: 'todo' } })
    }
    expect(await bench.escalations()).toEqual([])
  })

  it('leave a lost answer to a person once the tracker has forgotten the key', async () => {
    const { id } = added('Landing page')
    standIn.faults.push({ on: 'POST /', kind: 'timeout_after_effect', times: 1 })
    const say = () => act('create_comment', { task_id: id, content: 'Done!' }, 'late')
    await expect(say()).rejects.toMatchObject({ effect: 'unknown' })
    bench.clock.advance(25 * 3_600_000)
    await expect(say()).rejects.toMatchObject({ code: 'effect_in_doubt' })
    expect(await bench.escalations()).toMatchObject([{ source: 'in_doubt' }])
  })

  it('want to know what is to be changed', async () => {
    await expect(act('update_task', { task_id: 't-1' })).rejects.toMatchObject({ name: 'InputError' })
  })
})
