export { type Elsewhere, type Erased, elsewhereOf, eraseCustomer } from './erase.ts'
export { customerOfRequester, normalEmail, normalPhone } from './find-or-create.ts'
