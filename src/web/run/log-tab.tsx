import type { Run } from '../api.ts'
import { actorName, exactTime, fullTime, words } from '../format.ts'
import { Panel } from '../parts/panel.tsx'

/** The audit log, oldest first: what happened, when, by whom. */
export function LogTab({ run }: { run: Run }) {
  return (
    <Panel title="Audit log">
      <div className="scroll">
        <table className="log">
          <thead>
            <tr>
              <th>when</th>
              <th>what</th>
              <th>by</th>
              <th>in words</th>
            </tr>
          </thead>
          <tbody>
            {run.logs.map((line) => (
              <tr key={line.id}>
                <td className="mono">
                  <time dateTime={new Date(line.at).toISOString()} title={fullTime(line.at)}>
                    {exactTime(line.at)}
                  </time>
                </td>
                <td>{words(line.type)}</td>
                <td>{actorName(line.actor_id ?? line.actor_type)}</td>
                <td className="wide" dir="auto">
                  {line.message}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
