import { Empty, Said } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import type { World } from './world.ts'

/** The team's tasks at the task desk, last changed first, with what was said of them. */
export function TaskList({ tasks }: { tasks: World['tasks'] }) {
  return (
    <Panel title="Task desk" aside={<span className="count">{tasks.length}</span>}>
      {tasks.length === 0 && <Empty>No task has been made yet.</Empty>}
      <ul className="pick bounded">
        {tasks.map((task) => (
          <li key={task.id}>
            <details>
              <summary>
                <span className="pick-title">
                  <strong dir="auto">{task.title}</strong>
                </span>
                <span className="faint">
                  <State of="task" state={task.status} /> · <State state={task.priority} />
                  {task.assignee && <> · {task.assignee}</>} · <Time at={task.updatedAt} only="relative" />
                </span>
              </summary>
              <p className="faint">
                <span className="mono">{task.id}</span>
                {task.project && <> · {task.project}</>}
              </p>
              {task.comments.map((comment) => (
                <div key={comment.id}>
                  <span className="faint">
                    {comment.by} · <Time at={comment.at} only="relative" />
                  </span>
                  <Said className="letter">{comment.text}</Said>
                </div>
              ))}
              {task.comments.length === 0 && <Empty>Nobody has commented.</Empty>}
            </details>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
