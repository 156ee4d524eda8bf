export { createRaise } from './raise.ts'
export { assign, claim, dismiss, dismissOnce, resolve } from './work-on.ts'
