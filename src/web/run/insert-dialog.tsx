import { useState } from 'react'
import type { Run, Step } from '../api.ts'
import { flowApi } from '../flow-api.ts'
import { words } from '../format.ts'
import { Dialog } from '../parts/dialog.tsx'
import { JsonField, parseObject } from '../parts/json-field.tsx'
import { Problem } from '../parts/notes.tsx'
import { stepTypes } from '../parts/step-types.ts'
import { submits, useAction } from '../use-data.ts'
import { useSkills } from '../use-skills.ts'
import { skeletons } from './step-skeletons.ts'

type Type = keyof typeof skeletons

/** A new step behind one of a run that goes on, as JSON; what is wrong with it is said at its path. */
export function InsertDialog(props: { run: Run; after: Step; onClose: () => void; onDone: () => void }) {
  const { run, after } = props
  const [type, setType] = useState<Type>('tool_call')
  const [json, setJson] = useState(() => textOf(skeletons.tool_call))
  const { busy, error, run: act } = useAction()
  const parsed = parseObject(json)
  const choose = (chosen: string) => {
    const found = types.find((one) => one === chosen) ?? 'tool_call'
    setType(found)
    setJson(textOf(skeletons[found]))
  }
  const insert = () => {
    if (!parsed.ok) return
    void act(() => flowApi.insertStep(run.flow.id, after.position, parsed.value)).then((isDone) => {
      if (!isDone) return
      props.onClose()
      props.onDone()
    })
  }
  return (
    <Dialog title={`A step after "${after.title}"`} onClose={props.onClose}>
      <form className="form" onSubmit={submits(insert)}>
        <div className="field">
          <label htmlFor="step-type">What it does</label>
          <select id="step-type" value={type} onChange={(event) => choose(event.target.value)}>
            {types.map((one) => (
              <option key={one} value={one}>
                {stepTypes[one]} ({one})
              </option>
            ))}
          </select>
        </div>
        {type === 'tool_call' && <SkillChoice onChoose={(skill) => setJson(textOf(skill))} />}
        <JsonField
          label="The step; earlier ones are read as {{steps.0.result…}}"
          value={json}
          onChange={setJson}
          error={error}
        />
        {error?.issues.length === 0 && <Problem error={error} />}
        <div className="actions">
          <button type="submit" className="primary" disabled={busy || !parsed.ok}>
            Put it in
          </button>
        </div>
      </form>
    </Dialog>
  )
}

const types = Object.keys(skeletons) as Type[]
const textOf = (step: unknown) => JSON.stringify(step, null, 2)

/** What every flow knows of itself. */
const KNOWN: Record<string, string> = { ticket: '{{flow.ticket}}', customerId: '{{flow.customerId}}' }

/** A skill brings its title and the names of what it takes. */
function SkillChoice({ onChoose }: { onChoose: (step: unknown) => void }) {
  const skills = useSkills().filter(({ internal }) => !internal)
  const choose = (name: string) => {
    const skill = skills.find((one) => one.name === name)
    if (!skill) return
    const inputs = (skill.input.required ?? []).map((input) => [input, KNOWN[input] ?? ''])
    onChoose({ ...skeletons.tool_call, title: skill.title, skill: name, input: Object.fromEntries(inputs) })
  }
  return (
    <div className="field">
      <label htmlFor="step-skill">Skill</label>
      <select id="step-skill" defaultValue="" onChange={(event) => choose(event.target.value)}>
        <option value="">Choose …</option>
        {skills.map(({ name, effect, reaches_customer }) => (
          <option key={name} value={name}>
            {words(name)} ({reaches_customer ? '→ customer' : effect})
          </option>
        ))}
      </select>
    </div>
  )
}
