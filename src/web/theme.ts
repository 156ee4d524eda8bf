const KEY = 'switchboard.theme'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export function theme(): Theme {
  const kept = localStorage.getItem(KEY)
  return themes.find((one) => one === kept) ?? 'system'
}

/** `system` leaves the choice to the reader's machine. */
export function applyTheme(chosen: Theme = theme()) {
  if (chosen === 'system') {
    localStorage.removeItem(KEY)
    delete document.documentElement.dataset.theme
  } else {
    localStorage.setItem(KEY, chosen)
    document.documentElement.dataset.theme = chosen
  }
}
