import { useSyncExternalStore } from 'react'

/** Where the reader is, from the address's hash: chat cards link to `#/runs/{id}` and `#/escalations/{id}`. */
export type Route =
  | { page: 'runs' }
  | { page: 'run'; id: string; tab: RunTab; step: string | null }
  | { page: 'new'; words: string; template: string | null; ticket: string }
  | { page: 'templates' }
  | { page: 'template'; name: string; version: number | null }
  | { page: 'schedules'; template: string | null }
  | { page: 'analytics'; template: string | null }
  | { page: 'escalations' }
  | { page: 'escalation'; id: string }
  | { page: 'sandbox'; ticket: string | null }
  | { page: 'unknown' }

export const runTabs = ['steps', 'profile', 'conversation', 'desk', 'effects', 'log'] as const
export type RunTab = (typeof runTabs)[number]

export const link = {
  runs: '#/runs',
  run: (id: string, tab: RunTab = 'steps', step?: string) =>
    `#/runs/${id}${tab === 'steps' && !step ? '' : `/${tab}`}${step ? `/${step}` : ''}`,
  /** The New-flow box, with words or a template in it. */
  newFlow: (filled: { words?: string; template?: string; ticket?: string | null } = {}) =>
    `#/new${queryOf({ words: filled.words, template: filled.template, ticket: filled.ticket })}`,
  templates: '#/templates',
  template: (name: string, version?: number) => `#/templates/${name}${version ? `/${version}` : ''}`,
  schedules: (template?: string) => `#/schedules${queryOf({ template })}`,
  analytics: (template?: string) => `#/analytics${queryOf({ template })}`,
  escalations: '#/escalations',
  escalation: (id: string) => `#/escalations/${id}`,
  sandbox: (ticket?: string) => (ticket ? `#/sandbox/${ticket}` : '#/sandbox'),
}

function queryOf(filled: Record<string, string | null | undefined>): string {
  const given = Object.entries(filled).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s)
  const [page = '', id, tab, step] = path.split('/')
  const filled = new URLSearchParams(search)
  const template = filled.get('template')
  switch (page) {
    case '':
    case 'runs':
      return id
        ? { page: 'run', id, tab: runTabs.find((one) => one === tab) ?? 'steps', step: step ?? null }
        : { page: 'runs' }
    case 'new':
      return { page, words: filled.get('words') ?? '', template, ticket: filled.get('ticket') ?? '' }
    case 'templates':
      return id ? { page: 'template', name: id, version: Number(tab) || null } : { page }
    case 'schedules':
    case 'analytics':
      return { page, template }
    case 'escalations':
      return id ? { page: 'escalation', id } : { page: 'escalations' }
    case 'sandbox':
      return { page: 'sandbox', ticket: id ?? null }
    default:
      return { page: 'unknown' }
  }
}

function onHashChange(changed: () => void) {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(onHashChange, () => window.location.hash))
}
