import { useState } from 'react'
import { count } from '../format.ts'
import { Choice } from '../parts/choice.tsx'
import { Problem } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { useAction } from '../use-data.ts'
import { faultKinds, modelMoods, vendors } from './choices.ts'
import { type Faults, sandbox, type World } from './world.ts'

/** What can be made to go wrong: faults of vendors, the model's mood, the way of webhooks. */
export function Trouble({ world, faults, reload }: { world: World; faults: Faults; reload: () => void }) {
  const { busy, error, run } = useAction()
  const act = (what: () => Promise<unknown>) => void run(what).then(reload)
  const { webhooks, model } = world.settings
  return (
    <Panel title="Make trouble">
      <FaultForm busy={busy} onSwitch={(fault) => act(() => sandbox.switchFault(fault))} />
      <ActiveFaults faults={faults} busy={busy} onClear={() => act(sandbox.clearFaults)} />
      <div className="fields">
        <Choice
          label="The model"
          wide
          choices={modelMoods}
          value={model}
          onChoose={(mood) => act(() => sandbox.set({ model: mood }))}
        />
        <Choice
          label="Each webhook comes"
          wide
          choices={{ '0': 'once', '1': 'twice', '3': 'four times' }}
          value={String(webhooks.duplicates) as '0' | '1' | '3'}
          onChoose={(duplicates) => act(() => sandbox.set({ webhooks: { duplicates: Number(duplicates) } }))}
        />
        <label className="switch wide">
          <input
            type="checkbox"
            checked={webhooks.reorder}
            onChange={(event) => act(() => sandbox.set({ webhooks: { reorder: event.target.checked } }))}
          />{' '}
          webhooks overtake each other
        </label>
        <button
          type="button"
          disabled={busy}
          onClick={() => act(() => sandbox.set({ webhooks: { lose: webhooks.lose + 1 } }))}
        >
          Lose the next webhook {webhooks.lose > 0 && `(${webhooks.lose} to be lost)`}
        </button>
      </div>
      <Problem error={error} />
      <WebhookCounts counters={world.webhooks.counters} waiting={world.webhooks.waiting} />
    </Panel>
  )
}

function FaultForm(props: {
  busy: boolean
  onSwitch: (fault: { vendor: string; on: string; kind: unknown; times: number }) => void
}) {
  const [vendor, setVendor] = useState('zendesk')
  const [name, setName] = useState('limited')
  const [times, setTimes] = useState('1')
  const [where, setWhere] = useState('main')
  const main = vendors[vendor]?.main ?? '*'
  const titles = (of: Record<string, { title: string }>) =>
    Object.fromEntries(Object.entries(of).map(([key, { title }]) => [key, title]))
  return (
    <div className="fields">
      <Choice label="At" choices={titles(vendors)} value={vendor} onChoose={setVendor} />
      <Choice
        label="requests"
        choices={{ main, all: 'all of them' }}
        value={where === 'all' ? 'all' : 'main'}
        onChoose={setWhere}
      />
      <Choice label="fail by" wide choices={titles(faultKinds)} value={name} onChoose={setName} />
      <Choice
        label="times"
        choices={{ '1': '1', '2': '2', '5': '5', '100': '100' }}
        value={asTimes(times)}
        onChoose={setTimes}
      />
      <button
        type="button"
        disabled={props.busy}
        onClick={() =>
          props.onSwitch({
            vendor,
            on: where === 'all' ? '*' : main,
            kind: faultKinds[name]?.kind,
            times: Number(times),
          })
        }
      >
        Switch the fault on
      </button>
    </div>
  )
}

const asTimes = (given: string) => (['1', '2', '5', '100'] as const).find((one) => one === given) ?? '1'

function ActiveFaults({ faults, busy, onClear }: { faults: Faults; busy: boolean; onClear: () => void }) {
  const active = Object.entries(faults).flatMap(([vendor, all]) => all.map((fault) => ({ vendor, ...fault })))
  if (active.length === 0) return <p className="faint">No fault is switched on.</p>
  return (
    <div>
      <ul className="plain">
        {active.map((fault, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same fault may be switched on twice.
          <li key={index}>
            <span className="state tone-warn">
              <span aria-hidden="true">⚡</span> {vendors[fault.vendor]?.title ?? fault.vendor}
            </span>{' '}
            <code>{fault.on}</code>{' '}
            {typeof fault.kind === 'string'
              ? fault.kind.replaceAll('_', ' ')
              : 'status' in fault.kind
                ? fault.kind.status
                : `after ${fault.kind.answerAfterMs} ms`}
            , {count(fault.times, 'more time')}
          </li>
        ))}
      </ul>
      <button type="button" disabled={busy} onClick={onClear}>
        Switch all off
      </button>
    </div>
  )
}

function WebhookCounts({ counters, waiting }: { counters: World['webhooks']['counters']; waiting: number }) {
  const rows = Object.entries(counters)
  if (rows.length === 0) return null
  return (
    <details>
      <summary>Webhooks sent{waiting > 0 && `, ${waiting} on their way`}</summary>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th>vendor</th>
              <th className="num">raised</th>
              <th className="num">accepted</th>
              <th className="num">doubled</th>
              <th className="num">lost</th>
              <th className="num">refused</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([vendor, one]) => (
              <tr key={vendor}>
                <td>{vendors[vendor]?.title ?? vendor}</td>
                <td className="num">{one.raised}</td>
                <td className="num">{one.accepted}</td>
                <td className="num">{one.duplicated}</td>
                <td className="num">{one.lost}</td>
                <td className="num">{one.refused + one.abandoned}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
