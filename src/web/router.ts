import { useSyncExternalStore } from 'react'

/** Where the reader is, from the address's hash: chat cards link to `#/runs/{id}` and `#/escalations/{id}`. */
export type Route =
  | { page: 'runs' }
  | { page: 'run'; id: string; tab: RunTab; step: string | null }
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
  escalations: '#/escalations',
  escalation: (id: string) => `#/escalations/${id}`,
  sandbox: (ticket?: string) => (ticket ? `#/sandbox/${ticket}` : '#/sandbox'),
}

export function parseRoute(hash: string): Route {
  const [page = '', id, tab, step] = hash.replace(/^#?\/?/, '').split('/')
  switch (page) {
    case '':
    case 'runs':
      return id
        ? { page: 'run', id, tab: runTabs.find((one) => one === tab) ?? 'steps', step: step ?? null }
        : { page: 'runs' }
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
