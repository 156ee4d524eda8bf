export { type CallerDeps, createCaller } from './caller.ts'
export { placeCallWork } from './queue.ts'
export { watchCalls } from './watch.ts'
