import { flowApi, type Template } from '../flow-api.ts'
import { actorName, words } from '../format.ts'
import { CopyId } from '../parts/copy-id.tsx'
import { Loading } from '../parts/notes.tsx'
import { Panel } from '../parts/panel.tsx'
import { StepList } from '../parts/step-list.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { useData } from '../use-data.ts'

/** One template: what it takes, what it does, its versions. */
export function TemplatePage({ name, version }: { name: string; version: number | null }) {
  const loaded = useData(`${name}@${version}`, () => flowApi.template(name, version))
  const template = loaded.data
  if (!template) return <Loading error={loaded.error} />
  const newest = Math.max(...template.versions)
  return (
    <article>
      <header className="run-head">
        <h1>{template.name}</h1>
        <p dir="auto">{template.description}</p>
        <p className="run-about">
          <span>{template.source === 'hub' ? "the hub's own" : 'saved'}</span>
          {template.created_by && <span>by {actorName(template.created_by)}</span>}
          {template.created_at !== null && (
            <span>
              <Time at={template.created_at} />
            </span>
          )}
          {template.from_flow && (
            <span>
              from run <a href={link.run(template.from_flow)}>…{template.from_flow.slice(-6)}</a>{' '}
              <CopyId id={template.from_flow} label="copy its id" />
            </span>
          )}
          <Versions template={template} newest={newest} />
        </p>
        <div className="actions">
          <a className="button primary" href={link.newFlow({ template: name })}>
            Start {template.version === newest ? 'it' : `version ${newest}`} …
          </a>
          <a className="button" href={link.schedules(name)}>
            Schedule it …
          </a>
          <a className="button" href={link.analytics(name)}>
            What its runs came to
          </a>
        </div>
      </header>
      <div className="split">
        <Panel title={`Steps (${template.steps.length})`}>
          <StepList steps={template.steps} />
        </Panel>
        <Panel title="Parameters">
          <Params params={template.params} />
        </Panel>
      </div>
    </article>
  )
}

function Versions({ template, newest }: { template: Template; newest: number }) {
  if (template.versions.length < 2) return <span>version {template.version}</span>
  return (
    <span>
      version{' '}
      {template.versions.map((one) =>
        one === template.version ? (
          <strong key={one} className="spaced">
            {one}
          </strong>
        ) : (
          <a
            key={one}
            className="spaced"
            href={link.template(template.name, one === newest ? undefined : one)}
          >
            {one}
          </a>
        ),
      )}
      {template.version !== newest && <span className="faint">new runs take version {newest}</span>}
    </span>
  )
}

function Params({ params }: { params: Template['params'] }) {
  const all = Object.entries(params)
  if (all.length === 0) return <p className="empty">It takes none.</p>
  return (
    <ul className="plain">
      {all.map(([name, param]) => (
        <li key={name}>
          <strong>{words(name)}</strong>{' '}
          <span className="faint">
            {param.choices ? `one of ${param.choices.map(words).join(', ')}` : param.type}
            {param.default !== undefined && `, ${words(String(param.default))} unless said`}
            {!param.required && param.default === undefined && ', optional'}
          </span>
          <div dir="auto">{param.description}</div>
        </li>
      ))}
    </ul>
  )
}
