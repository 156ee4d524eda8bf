import express, { Router } from 'express'
import { z } from 'zod'
import { InputError } from '../ops/errors.ts'
import { type AuthDeps, authenticate } from './auth.ts'

/** The sandbox, as far as its console may steer it. */
export type SandboxDoor = {
  /** The stand-ins' control, which listens on loopback alone. */
  controlUrl: string
  time: {
    now(): number
    nextDueAt(): Promise<number | null>
    pass(ms: number): Promise<void>
    passToNext(): Promise<boolean>
  } | null
}

const LONGEST_JUMP_MS = 60 * 86_400_000

const Jump = z.union([
  z.strictObject({ advanceMs: z.int().min(1).max(LONGEST_JUMP_MS) }),
  z.strictObject({ to: z.literal('next') }),
])

/**
 * `/sandbox`: `GET /clock`, `POST /clock {advanceMs}` or `{to: 'next'}`; all else is passed on to the stand-ins'
 * control. These routes exist in the sandbox alone.
 */
export function sandboxRouter({ controlUrl, time }: SandboxDoor, auth: AuthDeps): Router {
  const router = Router()
  if (time) router.use('/clock', clockRouter(time, auth))
  router.use(express.raw({ type: () => true, limit: '1mb' }), async (request, response) => {
    await authenticate(auth, request, 'write')
    const body: unknown = request.body
    const answer = await fetch(`${controlUrl}${request.url}`, {
      method: request.method,
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(Buffer.isBuffer(body) && body.length > 0 ? { body: new Uint8Array(body) } : {}),
    })
    response.status(answer.status).type(answer.headers.get('content-type') ?? 'application/json')
    response.send(Buffer.from(await answer.arrayBuffer()))
  })
  return router
}

function clockRouter(time: NonNullable<SandboxDoor['time']>, auth: AuthDeps): Router {
  const router = Router()
  const shown = async () => ({ now: time.now(), nextDueAt: await time.nextDueAt() })
  router.get('/', async (request, response) => {
    await authenticate(auth, request, 'read')
    response.json(await shown())
  })
  router.post('/', express.json(), async (request, response) => {
    await authenticate(auth, request, 'write')
    const jump = Jump.safeParse(request.body)
    if (!jump.success) {
      throw new InputError('bad_input', 'Send {"advanceMs": <up to 60 days>} or {"to": "next"}.')
    }
    if ('to' in jump.data) await time.passToNext()
    else await time.pass(jump.data.advanceMs)
    response.json(await shown())
  })
  return router
}
