import { z } from 'zod'
import { defineIntegration, secret } from '../../src/ports/index.ts'

const config = z.object({
  TASKS_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .describe('Where the routes of integrations/tasks/README.md are served, in front of your tracker'),
  TASKS_API_TOKEN: secret().describe('Bearer token that they ask for'),
})

export type TasksConfig = z.output<typeof config>

/** Any tracker of tasks with a few plain routes in front of it. How it is done: task-desk.ts, client.ts. */
export const tasks = defineIntegration({
  name: 'tasks',
  title: 'Task desk',
  config,
  variants: [['TASKS_BASE_URL', 'TASKS_API_TOKEN']],
  ports: {
    taskDesk: async (config) => (await import('./task-desk.ts')).createTaskDesk(config),
  },
})
