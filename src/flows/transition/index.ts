export { answerToBound, ask, remind, settling } from './ask.ts'
export { begin } from './enter.ts'
export { follow } from './follow.ts'
export type { Transition } from './transition.ts'
