import type { Store, Tx } from '../store/index.ts'
import type { Spent } from '../store/rows/flows.ts'
import type { FlowState } from './state.ts'
import type { Transition } from './transition/index.ts'

/** A transition with the flow as it was before and as it is after. */
export type Move = { before: FlowState; transition: Transition; after: FlowState }

/** One or more moves of a flow that follow each other: written as one transaction. */
export type Moves = readonly [Move, ...Move[]]

export type Journal = {
  /** Puts a transition to the writer. @returns the flow after it, as far as the transition knows. */
  add(before: FlowState, transition: Transition): FlowState
  /** Resolves once every move is on disk, with what the flow has spent; rejects where one was void. */
  onDisk(): Promise<Spent>
  /** How many moves the writer has not come to yet. */
  ahead(): number
}

/**
 * Writes a flow's moves in their order. Those that come while the writer is busy with others are written together:
 * the disk is not waited for between two steps of which nobody outside has heard.
 */
export function createJournal(
  store: Pick<Store, 'write'>,
  spent: Spent,
  save: (tx: Tx, moves: Moves) => Promise<Spent>,
): Journal {
  let open: [Move, ...Move[]] | undefined
  let written = Promise.resolve(spent)

  /** Takes what has gathered by the time that the writer comes to it. Void moves make those after them void. */
  function write(moves: Moves) {
    // One after the other: transactions of Postgres would overtake each other.
    written = written.then(() =>
      store.write((tx) => {
        if (open === moves) open = undefined
        return save(tx, moves)
      }),
    )
    // Whoever goes on with the flow hears of it from `onDisk`.
    written.catch(() => {})
  }

  return {
    add(before, transition) {
      const move = { before, transition, after: stateAfter(before, transition) }
      if (open) {
        open.push(move)
      } else {
        open = [move]
        write(open)
      }
      return move.after
    },
    onDisk: () => written,
    ahead: () => open?.length ?? 0,
  }
}

function stateAfter(state: FlowState, { flow, context, steps: changed, entered }: Transition): FlowState {
  const steps = state.steps.slice()
  for (const step of changed) steps[step.position] = step
  if (entered) steps[entered.position] = entered
  const isSame = context === state.context
  return { ...state, flow: isSame ? flow : { ...flow, context: JSON.stringify(context) }, steps, context }
}

/** Several moves as one: the last one's flow, all steps in their last state, everything logged and raised in order. */
export function merged(moves: Moves): Transition {
  const last = moves[moves.length - 1]?.transition ?? moves[0].transition
  if (moves.length === 1) return last
  const steps = new Map(moves.flatMap(({ transition }) => transition.steps.map((step) => [step.id, step])))
  return {
    ...last,
    steps: [...steps.values()],
    logs: moves.flatMap(({ transition: { logs, flow } }) =>
      logs.map((line) => ({ at: flow.updated_at, ...line })),
    ),
    events: moves.flatMap(({ transition }) => transition.events),
  }
}
