import { fork } from 'node:child_process'
import { parentPort, Worker } from 'node:worker_threads'

/**
 * Functions offered by another thread or process; argument and result go through structured cloning, so an
 * error arrives as a plain Error. (A method's type, because only those may be narrowed by who lists operations.)
 */
export type Operations = Record<string, { run(argument: unknown): unknown }['run']>

export type RemoteCalls<Ops extends Operations> = {
  /** Starts the other side where it is not running. */
  call<Name extends keyof Ops & string>(
    name: Name,
    argument: Parameters<Ops[Name]>[0],
  ): Promise<Awaited<ReturnType<Ops[Name]>>>
  /** Ends the other side after the calls made so far; the next call starts it anew. */
  end(): Promise<void>
  running(): boolean
}

type Request = { id: number; name: string; argument: unknown } | 'end'
type Answer = { id: number; result: unknown } | { id: number; error: unknown }
type Waiting = { resolve(result: unknown): void; reject(error: unknown): void }

/** The other side as this side sees it. */
type Remote = {
  post(request: Request): void
  onAnswer(listener: (answer: Answer) => void): void
  /** Called once or twice, the last time with the reason that it is gone. */
  onGone(listener: (reason: Error) => void): void
  /** Whether this process waits for it before it exits. */
  hold(wait: boolean): void
}

/** A thread: shares this process's memory and its fate. `file` calls `serve`. */
export function inThread<Ops extends Operations>(file: URL): RemoteCalls<Ops> {
  return remoteCalls(() => {
    const worker = new Worker(file)
    return {
      post: (request) => worker.postMessage(request),
      onAnswer: (listener) => worker.on('message', listener),
      onGone(listener) {
        worker.on('error', listener)
        worker.on('exit', (code) => listener(new Error(`${file.pathname} ended with code ${code}`)))
      },
      hold: (wait) => (wait ? worker.ref() : worker.unref()),
    }
  })
}

/** A process: when it ends, all of its memory is back, and when it crashes, only its calls fail. */
export function inProcess<Ops extends Operations>(file: URL): RemoteCalls<Ops> {
  return remoteCalls(() => {
    const child = fork(file, { serialization: 'advanced', execArgv: [] })
    return {
      post: (request) => child.send(request),
      onAnswer: (listener) => child.on('message', listener),
      onGone(listener) {
        child.on('error', listener)
        child.on('exit', (code, signal) =>
          listener(new Error(`${file.pathname} ended with ${signal ?? `code ${code}`}`)),
        )
      },
      hold(wait) {
        for (const handle of [child, child.channel]) wait ? handle?.ref() : handle?.unref()
      },
    }
  })
}

function remoteCalls<Ops extends Operations>(start: () => Remote): RemoteCalls<Ops> {
  let current: { remote: Remote; waiting: Map<number, Waiting>; gone: Promise<void> } | undefined
  let nextId = 1

  function begin() {
    const remote = start()
    const waiting = new Map<number, Waiting>()
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    const begun = { remote, waiting, gone }
    remote.onAnswer((answer) => {
      const call = waiting.get(answer.id)
      waiting.delete(answer.id)
      if (waiting.size === 0) remote.hold(false)
      if ('error' in answer) call?.reject(answer.error)
      else call?.resolve(answer.result)
    })
    remote.onGone((reason) => {
      if (current === begun) current = undefined
      for (const { reject } of waiting.values()) reject(reason)
      waiting.clear()
      resolve()
    })
    return begun
  }

  return {
    call(name, argument) {
      current ??= begin()
      const { remote, waiting } = current
      const id = nextId++
      remote.hold(true)
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        remote.post({ id, name, argument })
      })
    },
    async end() {
      if (!current) return
      const { remote, gone } = current
      current = undefined
      remote.hold(true)
      remote.post('end')
      await gone
    },
    running: () => current !== undefined,
  }
}

/**
 * The other side: answers one request after the other, in the order of the calls. `release` runs before it ends.
 */
export function serve<Ops extends Operations>(operations: Ops, release: () => unknown): void {
  const { post, onRequest, leave } = parentPort ? threadDoor(parentPort) : processDoor()
  let previous: Promise<unknown> = Promise.resolve()
  onRequest((request) => {
    previous = previous.then(async () => {
      if (request !== 'end') return post(await answer(operations, request))
      await release()
      leave()
    })
  })
}

async function answer(operations: Operations, request: Exclude<Request, 'end'>): Promise<Answer> {
  const { id, name, argument } = request
  try {
    return { id, result: await operations[name]?.(argument) }
  } catch (error) {
    return { id, error }
  }
}

function threadDoor(port: NonNullable<typeof parentPort>) {
  return {
    post: (message: Answer) => port.postMessage(message),
    onRequest: (listener: (request: Request) => void) => port.on('message', listener),
    leave: () => port.close(),
  }
}

function processDoor() {
  // Ctrl-C reaches the whole group of processes; the one that started this one decides when it ends.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  process.on('disconnect', () => process.exit())
  return {
    post: (message: Answer) => process.send?.(message),
    onRequest: (listener: (request: Request) => void) => process.on('message', listener),
    leave: () => process.disconnect(),
  }
}
