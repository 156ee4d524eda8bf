import { useSyncExternalStore } from 'react'

const KEY = 'switchboard.token'

/** Whether a token is wanted, and whether one was refused before. Kept for this tab alone. */
let asked: 'no' | 'missing' | 'refused' = 'no'
const listeners = new Set<() => void>()

export const token = () => sessionStorage.getItem(KEY)

export function askForToken(hadOne: boolean) {
  sessionStorage.removeItem(KEY)
  set(hadOne ? 'refused' : asked === 'refused' ? 'refused' : 'missing')
}

export function keepToken(given: string) {
  sessionStorage.setItem(KEY, given)
  set('no')
}

export function forgetToken() {
  sessionStorage.removeItem(KEY)
  set('missing')
}

function set(next: typeof asked) {
  asked = next
  for (const each of listeners) each()
}

export function useTokenWanted() {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    () => asked,
  )
}
