import { Fragment, useState } from 'react'
import type { Analytics } from '../flow-api.ts'
import { words } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { stepTypeOf } from '../parts/step-types.ts'
import { link } from '../router.ts'
import { milliseconds, percent, usd } from './figures.ts'

type Figures = Analytics['templates'][number]

/** Each template's runs in a line, and its steps below it when it is opened. */
export function TemplateTable({ templates, isOpen }: { templates: Figures[]; isOpen: boolean }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set(isOpen ? templates.map(({ template }) => template) : []),
  )
  const toggle = (name: string) =>
    setOpen(open.has(name) ? new Set([...open].filter((one) => one !== name)) : new Set([...open, name]))
  return (
    <Panel title="By template">
      <div className="scroll">
        <table className="figures-table">
          <thead>
            <tr>
              <th>template</th>
              <th className="num">runs</th>
              <th className="num">success</th>
              <th className="num">failed</th>
              <th className="num">p50</th>
              <th className="num">p95</th>
              <th className="num">work p50</th>
              <th className="num">waiting p50</th>
              <th className="num">cost</th>
            </tr>
          </thead>
          <tbody>
            {templates.map((one) => (
              <Fragment key={one.template}>
                <tr>
                  <td>
                    <button
                      type="button"
                      className="quiet"
                      aria-expanded={open.has(one.template)}
                      onClick={() => toggle(one.template)}
                    >
                      <span aria-hidden="true">{open.has(one.template) ? '▾' : '▸'}</span>{' '}
                      {words(one.template)}
                    </button>
                  </td>
                  <td className="num">{one.runs}</td>
                  <td className="num">{percent(one.success_rate)}</td>
                  <td className="num">{one.by_status.failed ?? 0}</td>
                  <td className="num">{milliseconds(one.duration_ms.p50)}</td>
                  <td className="num">{milliseconds(one.duration_ms.p95)}</td>
                  <td className="num">{milliseconds(one.work_ms.p50)}</td>
                  <td className="num">{milliseconds(one.waiting_ms.p50)}</td>
                  <td className="num">{usd(one.spent_usd)}</td>
                </tr>
                {open.has(one.template) && <Steps figures={one} />}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function Steps({ figures }: { figures: Figures }) {
  return (
    <>
      {figures.steps.map((step) => (
        <tr key={step.step} className="sub">
          <td>
            <span dir="auto">{figures.template === 'planned' ? words(step.step) : step.title}</span>{' '}
            <span className="faint">{step.skill ? words(step.skill) : stepTypeOf(step.type)}</span>
          </td>
          <td className="num">{step.completed + step.failed}</td>
          <td className="num" />
          <td className="num">{step.failed}</td>
          <td className="num">{milliseconds(step.duration_ms.p50)}</td>
          <td className="num">{milliseconds(step.duration_ms.p95)}</td>
          <td className="num">{milliseconds(step.work_ms.p50)}</td>
          <td className="num">{milliseconds(step.waiting_ms.p50)}</td>
          <td className="num" />
        </tr>
      ))}
      {figures.template !== 'planned' && (
        <tr className="sub">
          <td colSpan={9}>
            <a href={link.template(figures.template)}>the template</a>
          </td>
        </tr>
      )}
    </>
  )
}
