import { flowApi, type Trigger } from '../flow-api.ts'
import { words } from '../format.ts'
import { Problem } from '../parts/notes.tsx'
import { Paged } from '../parts/paged.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useAction } from '../use-data.ts'
import { usePages } from '../use-pages.ts'
import { StarterActions } from './starter-actions.tsx'

/** Templates that start by events: looked at, switched and removed here; they are made over the API. */
export function Triggers() {
  const triggers = usePages('triggers', flowApi.triggers)
  return (
    <section className="more-section">
      <h2>Triggers</h2>
      <Paged
        list={triggers}
        empty={
          <>
            No triggers. One starts a template at each event of a type;{' '}
            <code>POST /api/v1/ai/flow-triggers</code> makes them.
          </>
        }
        more="Show older triggers"
      >
        {(rows) => (
          <ul className="rows" aria-label="Triggers">
            {rows.map((row) => (
              <TriggerRow key={row.id} row={row} reload={triggers.reload} />
            ))}
          </ul>
        )}
      </Paged>
    </section>
  )
}

function TriggerRow({ row, reload }: { row: Trigger; reload: () => void }) {
  const { busy, error, run } = useAction()
  const act = (what: () => Promise<unknown>) => void run(what).then(reload)
  return (
    <li className="row schedule-row">
      <State state={row.enabled ? 'on' : 'paused'} />
      <span className="what">
        <strong dir="auto">{row.name}</strong>
        <span>
          at {words(row.event)}: <a href={link.template(row.template)}>{row.template}</a>
        </span>
        {[row.problem, row.last_error].map(
          (one) =>
            one && (
              <span key={one} className="problem" dir="auto">
                {one}
              </span>
            ),
        )}
        <Problem error={error} />
      </span>
      <span className="what">
        <span>
          <span className="faint">last: </span>
          {row.last_flow_id && row.last_at !== null ? (
            <a href={link.run(row.last_flow_id)}>
              <Time at={row.last_at} />
            </a>
          ) : (
            'never'
          )}
        </span>
      </span>
      <StarterActions
        isOn={row.enabled}
        busy={busy}
        onSwitch={() => act(() => flowApi.switchTrigger(row.id, !row.enabled))}
        onRemove={() => act(() => flowApi.removeTrigger(row.id))}
      />
    </li>
  )
}
