import { createTaskDesk } from '../../integrations/tasks/task-desk.ts'
import { startTasksStandIn, TASKS } from '../../src/sandbox/tasks.ts'
import { addProject, addTask, changeTask } from '../../src/sandbox/tasks-world.ts'
import { startBench } from '../src/sandbox/bench.ts'
import { taskDeskContract } from './tasks.ts'

taskDeskContract('The task desk, as the sandbox plays it', async () => {
  const bench = await startBench()
  const { taskTracker } = bench.world
  const projectId = addProject(taskTracker, 'Website')
  const createdAt = bench.clock.now()
  const { id } = addTask(taskTracker, { title: 'Landing page', projectId, assignee: 'Ada', createdAt })
  const standIn = await startTasksStandIn(bench.deps)
  return {
    desk: createTaskDesk({ TASKS_BASE_URL: `${standIn.url}/`, TASKS_API_TOKEN: TASKS.apiToken }),
    taskId: id,
    commentsOf: (taskId) => taskTracker.tasks[taskId]?.comments.map(({ content }) => content) ?? [],
    touch(taskId) {
      const task = taskTracker.tasks[taskId]
      if (task) changeTask(task, { priority: 'high' }, bench.clock.now())
    },
    troubles(what, trouble) {
      const kind =
        trouble === 'reset'
          ? 'reset_before_effect'
          : trouble === 'lost_answer'
            ? 'timeout_after_effect'
            : trouble
      standIn.faults.push({ on: what === 'read' ? 'GET /' : 'POST /', kind, times: 1 })
    },
    async close() {
      await standIn.close()
      await bench.close()
    },
  }
})
