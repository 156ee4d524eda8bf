import { useState } from 'react'
import { type LogLine, RUN_LOGS, type Run } from '../api.ts'
import { flowApi } from '../flow-api.ts'
import { actorName, exactTime, fullTime, words } from '../format.ts'
import { Problem } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAction } from '../use-data.ts'

/** The audit log, oldest first: what happened, when, by whom. */
export function LogTab({ run }: { run: Run }) {
  const [later, setLater] = useState<readonly LogLine[]>([])
  const { busy, error, run: act } = useAction()
  const lines = [...run.logs, ...later]
  const showMore = () =>
    void act(async () => {
      const { data } = await flowApi.logsAfter(run.flow.id, lines.at(-1)?.id ?? '')
      setLater([...later, ...data])
    })
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
            {lines.map((line) => (
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
      {run.logs.length >= RUN_LOGS && (
        <button type="button" className="more" disabled={busy} onClick={showMore}>
          Show later lines
        </button>
      )}
      <Problem error={error} />
    </Panel>
  )
}
