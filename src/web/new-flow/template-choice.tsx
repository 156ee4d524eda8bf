import { useState } from 'react'
import { flowApi, type Template } from '../flow-api.ts'
import { Loading, Problem } from '../parts/notes.tsx'
import { Paged } from '../parts/paged.tsx'
import { Panel } from '../parts/panel.tsx'
import { ParamForm, textsOf, valuesOf } from '../parts/param-form.tsx'
import { link } from '../router.ts'
import { submits, useAction, useData } from '../use-data.ts'
import { usePages } from '../use-pages.ts'

/** The templates to start from; of the one that was chosen, a form of its parameters. */
export function TemplateChoice({ chosen, ticket }: { chosen: string | null; ticket: string }) {
  return chosen === null ? <AllTemplates /> : <Chosen name={chosen} ticket={ticket} />
}

function AllTemplates() {
  const templates = usePages('templates', flowApi.templates)
  return (
    <Panel title="Or from a template">
      <Paged list={templates} empty="There is no template." more="Show more templates">
        {(rows) => (
          <ul className="rows flat" aria-label="Templates to start from">
            {rows.map(({ name, title, description }) => (
              <li key={name}>
                <a className="row template-row" href={link.newFlow({ template: name })}>
                  <strong>{name}</strong>
                  <span dir="auto">{description || title}</span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </Panel>
  )
}

function Chosen({ name, ticket }: { name: string; ticket: string }) {
  const loaded = useData(name, () => flowApi.template(name, null))
  if (!loaded.data) return <Loading error={loaded.error} />
  return <StartForm template={loaded.data} ticket={ticket} />
}

function StartForm({ template, ticket }: { template: Template; ticket: string }) {
  const { name, params, description } = template
  const [texts, setTexts] = useState(() => textsOf(params, { ticket }))
  const { busy, error, run } = useAction()
  const start = () =>
    void run(async () => {
      const { flow } = await flowApi.startTemplate(name, valuesOf(params, texts))
      window.location.hash = link.run(flow.id)
    })
  return (
    <Panel
      title={
        <>
          From the template <a href={link.template(name)}>{name}</a>
        </>
      }
      aside={<a href={link.newFlow()}>another one</a>}
    >
      <p dir="auto">{description}</p>
      <form onSubmit={submits(start)} className="form">
        <ParamForm params={params} texts={texts} onChange={setTexts} error={error} />
        <Problem error={error} atFields={Object.keys(params)} />
        <div className="actions">
          <button type="submit" className="primary" disabled={busy}>
            Start
          </button>
        </div>
      </form>
    </Panel>
  )
}
