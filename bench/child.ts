import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A program of the bench in its own process, asked over the wire that `fork` lays. */
export type Child = {
  /** What it said when it was ready. */
  ready: Record<string, string>
  ask<Answer>(question: string): Promise<Answer>
  end(): Promise<void>
}

/** Starts `file` (beside this one) and waits until it is ready. */
export async function startChild(
  file: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Child> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args, {
    env: { ...process.env, ...env },
    serialization: 'advanced',
  })
  const ready = (await next(child)) as Record<string, string>
  return {
    ready,
    async ask<Answer>(question: string) {
      child.send(question)
      // The programs beside this one answer in the order they are asked.
      return (await next(child)) as Answer
    },
    async end() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.disconnect()
      await ended
    },
  }
}

/** The other side: says that it is ready, answers questions, and ends when the bench lets go of it. */
export function serveParent(
  ready: Record<string, string>,
  answer: (question: string) => unknown,
  end: () => Promise<void>,
): void {
  process.on('message', async (question) => process.send?.(await answer(String(question))))
  process.once('disconnect', () => void end().finally(() => process.exit()))
  process.send?.(ready)
}

function next(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`a program of the bench ended with ${code}`))
    child.once('exit', died)
    child.once('message', (message) => {
      child.off('exit', died)
      resolve(message)
    })
  })
}
