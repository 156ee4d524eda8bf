import { flowApi } from '../flow-api.ts'
import { count } from '../format.ts'
import { Paged } from '../parts/paged.tsx'
import { Time } from '../parts/time.tsx'
import { link } from '../router.ts'
import { usePages } from '../use-pages.ts'

/** The hub's own templates and those that people saved. */
export function TemplatesPage() {
  const templates = usePages('templates', flowApi.templates)
  return (
    <>
      <h1>Templates</h1>
      <p className="lead">
        Steps under a name, with parameters. Any run that has ended can be kept as one, on its page.
      </p>
      <Paged list={templates} empty="There is no template." more="Show more templates">
        {(rows) => (
          <ul className="rows" aria-label="Templates">
            {rows.map((template) => (
              <li key={template.name}>
                <a className="row template-row" href={link.template(template.name)}>
                  <span className="what">
                    <strong>{template.name}</strong>
                    <span className="faint">
                      {template.source === 'hub' ? "the hub's own" : `saved, version ${template.version}`} ·{' '}
                      {count(template.steps.length, 'step')}
                      {template.created_at !== null && (
                        <>
                          {' '}
                          · <Time at={template.created_at} only="relative" />
                        </>
                      )}
                    </span>
                  </span>
                  <span dir="auto">{template.description || template.title}</span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </Paged>
    </>
  )
}
