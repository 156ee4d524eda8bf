export { customerOfRequester, normalEmail, normalPhone } from './find-or-create.ts'
