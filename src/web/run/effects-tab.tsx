import type { Run } from '../api.ts'
import { duration, words } from '../format.ts'
import { CopyId } from '../parts/copy-id.tsx'
import { Json } from '../parts/json.tsx'
import { Empty } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'

/** What was done to the world, each under its key; and what the model was asked. */
export function EffectsTab({ run }: { run: Run }) {
  return (
    <>
      <Panel title="Effects">
        {run.effects.length === 0 ? (
          <Empty>Nothing has been done to the world yet.</Empty>
        ) : (
          <div className="scroll">
            <table>
              <thead>
                <tr>
                  <th>state</th>
                  <th>skill</th>
                  <th>class</th>
                  <th>attempts</th>
                  <th>idempotency key</th>
                  <th>when</th>
                  <th>given and answered</th>
                </tr>
              </thead>
              <tbody>
                {run.effects.map((effect) => (
                  <tr key={effect.id}>
                    <td>
                      <State state={effect.state} />
                    </td>
                    <td>
                      <code>{effect.skill}</code>
                    </td>
                    <td>
                      {effect.class === 'contact' ? (
                        <span className="to-customer">→ customer</span>
                      ) : (
                        effect.class
                      )}
                    </td>
                    <td>{effect.attempts}</td>
                    <td>
                      <CopyId id={effect.idempotency_key} label={`…${effect.idempotency_key.slice(-14)}`} />
                    </td>
                    <td>
                      <Time at={effect.created_at} only="absolute" />
                    </td>
                    <td className="wide">
                      <details>
                        <summary>{effect.error ? 'error' : 'show'}</summary>
                        <Json value={{ input: effect.input, answer: effect.answer, error: effect.error }} />
                      </details>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
      <Panel title="Asked of the model, for this ticket">
        {run.modelRuns.length === 0 ? (
          <Empty>The model has not been asked.</Empty>
        ) : (
          <div className="scroll">
            <table>
              <thead>
                <tr>
                  <th>outcome</th>
                  <th>for</th>
                  <th>prompt and version</th>
                  <th>model</th>
                  <th className="num">tokens in</th>
                  <th className="num">out</th>
                  <th className="num">cost</th>
                  <th className="num">latency</th>
                  <th>when</th>
                </tr>
              </thead>
              <tbody>
                {run.modelRuns.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <State state={one.outcome} />
                      {one.error && <div className="faint">{one.error}</div>}
                    </td>
                    <td>{words(one.purpose)}</td>
                    <td>
                      <code>{one.prompt}</code>
                    </td>
                    <td>
                      {one.provider} <span className="faint">{one.model}</span>
                    </td>
                    <td className="num">{one.input_tokens.toLocaleString()}</td>
                    <td className="num">{one.output_tokens.toLocaleString()}</td>
                    <td className="num">{one.cost_usd === null ? '–' : `$${one.cost_usd.toFixed(4)}`}</td>
                    <td className="num">{duration(one.latency_ms)}</td>
                    <td>
                      <Time at={one.at} only="absolute" />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Panel>
    </>
  )
}
