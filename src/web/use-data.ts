import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from './api.ts'

export type Loaded<T> = {
  data: T | undefined
  /** Of the last try; the data of the one before stays. */
  error: ApiError | undefined
  reload: () => void
}

/** Loads when shown and whenever `key` changes or `reload` is called; answers that were overtaken are dropped. */
export function useData<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: ApiError }>({ key })
  const current = useRef({ load, turn: 0 })
  current.current.load = load

  const reload = useCallback(() => {
    const turn = ++current.current.turn
    current.current.load().then(
      (data) => {
        if (turn === current.current.turn) setState({ key, data })
      },
      (reason: unknown) => {
        if (turn !== current.current.turn) return
        const error = asApiError(reason)
        setState((before) => (before.key === key ? { ...before, error } : { key, error }))
      },
    )
  }, [key])

  useEffect(reload, [reload])
  const fits = state.key === key
  return { data: fits ? state.data : undefined, error: fits ? state.error : undefined, reload }
}

/** An action of the reader's: runs once at a time and tells what went wrong. */
export function useAction() {
  const [state, setState] = useState<{ busy: boolean; error: ApiError | undefined }>({
    busy: false,
    error: undefined,
  })
  const run = async (act: () => Promise<unknown>): Promise<boolean> => {
    setState({ busy: true, error: undefined })
    try {
      await act()
      setState({ busy: false, error: undefined })
      return true
    } catch (reason) {
      setState({ busy: false, error: asApiError(reason) })
      return false
    }
  }
  return { ...state, run }
}

/** For a form whose fields keep what stands in them: `action` would empty them. */
export const submits = (act: () => void) => (event: FormEvent) => {
  event.preventDefault()
  act()
}

const asApiError = (reason: unknown) =>
  reason instanceof ApiError
    ? reason
    : new ApiError(0, reason instanceof Error ? reason.message : String(reason))
