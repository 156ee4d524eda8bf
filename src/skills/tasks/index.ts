import type { TaskDesk } from '../../ports/index.ts'
import type { Skill } from '../define.ts'
import { createComment } from './create-comment.ts'
import { createTask } from './create-task.ts'
import { deleteComment } from './delete-comment.ts'
import { deleteTask } from './delete-task.ts'
import { searchTasks } from './search-tasks.ts'
import { updateTask } from './update-task.ts'

/** The skills about tasks; none where no task desk is connected. */
export function taskSkills(desk: TaskDesk | undefined): Skill[] {
  if (!desk) return []
  return [searchTasks, createTask, updateTask, createComment, deleteTask, deleteComment].map((skill) =>
    skill(desk),
  )
}
