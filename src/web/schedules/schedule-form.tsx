import { useState } from 'react'
import { flowApi, type Template } from '../flow-api.ts'
import { hubNow } from '../hub-time.ts'
import { Field } from '../parts/field.tsx'
import { Problem } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { ParamForm, type ParamTexts, textsOf, valuesOf } from '../parts/param-form.tsx'
import { submits, useAction, useData } from '../use-data.ts'
import { upcoming, wallTime } from './next-times.ts'

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone
const FIELDS = ['name', 'template', 'cron', 'zone', 'missed']
const MISSED = {
  run_once: 'run once, for the last time that passed',
  run_all: 'run for each of them (100 at most)',
  skip: 'skip them',
}

/** A new schedule; its next five times are shown while they are written. */
export function ScheduleForm({ template, onDone }: { template: string | null; onDone: () => void }) {
  const [chosen, setChosen] = useState(template ?? '')
  const [fields, setFields] = useState({ name: '', cron: '0 9 * * MON-FRI', zone: HERE, missed: 'run_once' })
  const [texts, setTexts] = useState<ParamTexts>({})
  const templates = useData('templates', () => flowApi.templates({ limit: '200' }))
  const { busy, error, run } = useAction()
  const all = templates.data?.data ?? []
  const params = all.find(({ name }) => name === chosen)?.params ?? {}
  const set = (change: Partial<typeof fields>) => setFields({ ...fields, ...change })
  const filled = { ...textsOf(params), ...texts }

  const add = () =>
    void run(() =>
      flowApi.addSchedule({ ...fields, template: chosen, params: valuesOf(params, filled) }),
    ).then((isAdded) => isAdded && onDone())
  return (
    <Panel title="A new schedule">
      <form className="form" onSubmit={submits(add)}>
        <Field label="Name" error={error} path="name">
          {(control) => (
            <input
              {...control}
              required
              maxLength={200}
              placeholder="Monday report"
              value={fields.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label="Template" error={error} path="template">
          {(control) => (
            <select {...control} required value={chosen} onChange={(event) => setChosen(event.target.value)}>
              <option value="">Choose …</option>
              {all.map(({ name }: Template) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
        <ParamForm params={params} texts={filled} onChange={setTexts} error={error} />
        <Field
          label="When"
          hint="Minute, hour, day of month, month, day of week: 0 9 * * MON-FRI is nine o'clock on weekdays."
          error={error}
          path="cron"
        >
          {(control) => (
            <input
              {...control}
              className="mono"
              required
              spellCheck={false}
              value={fields.cron}
              onChange={(event) => set({ cron: event.target.value })}
            />
          )}
        </Field>
        <Field label="In the time zone" error={error} path="zone">
          {(control) => (
            <input
              {...control}
              required
              list="zones"
              spellCheck={false}
              value={fields.zone}
              onChange={(event) => set({ zone: event.target.value })}
            />
          )}
        </Field>
        <datalist id="zones">
          {Intl.supportedValuesOf('timeZone').map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
        <NextFive cron={fields.cron} zone={fields.zone} />
        <Field label="Times that pass while the hub is down" error={error} path="missed">
          {(control) => (
            <select
              {...control}
              value={fields.missed}
              onChange={(event) => set({ missed: event.target.value })}
            >
              {Object.entries(MISSED).map(([value, title]) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Problem error={error ?? templates.error} atFields={[...FIELDS, ...Object.keys(params)]} />
        <div className="actions">
          <button type="submit" className="primary" disabled={busy}>
            Add
          </button>
          <button type="button" className="quiet" onClick={onDone}>
            Back
          </button>
        </div>
      </form>
    </Panel>
  )
}

function NextFive({ cron, zone }: { cron: string; zone: string }) {
  const next = upcoming(cron, zone, hubNow())
  return (
    <div className="next-five" role="status">
      {next.kind === 'mistake' ? (
        <p className="faint">{next.message}</p>
      ) : (
        <>
          <h3>Next five times</h3>
          <ol>
            {next.at.map((at) => (
              <li key={at}>{wallTime(at, zone)}</li>
            ))}
          </ol>
        </>
      )}
    </div>
  )
}
