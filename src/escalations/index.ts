export { createRaise } from './raise.ts'
export { assign, claim, dismiss, resolve } from './work-on.ts'
