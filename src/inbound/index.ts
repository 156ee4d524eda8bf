export { createHttp, type HttpDeps } from './http.ts'
export { createLive, type Live } from './live.ts'
export type { SandboxDoor } from './sandbox.ts'
export type { OpenDoor } from './webhooks.ts'
