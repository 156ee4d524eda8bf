import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A program of the bench in its own process, asked over the wire that `fork` lays. */
export type Child = {
  /** What it said when it was ready. */
  ready: Record<string, string>
  ask<Answer>(question: string): Promise<Answer>
  end(): Promise<void>
}

type Asked = { n: number; question: string }
type Answered = { n: number; answer: unknown }

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
  const answers = new Map<number, (answer: unknown) => void>()
  const ready = await new Promise<Record<string, string>>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it was ready`)))
    child.once('message', (message) => resolve(message as Record<string, string>))
  })
  child.on('message', ({ n, answer }: Answered) => answers.get(n)?.(answer))
  let asked = 0
  return {
    ready,
    ask<Answer>(question: string) {
      const n = ++asked
      return new Promise<Answer>((resolve, reject) => {
        answers.set(n, (answer) => {
          answers.delete(n)
          resolve(answer as Answer)
        })
        child.send({ n, question }, (error) => error && reject(error))
      })
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
  process.on('message', async ({ n, question }: Asked) => {
    process.send?.({ n, answer: await answer(question) } satisfies Answered)
  })
  process.once('disconnect', () => void end().finally(() => process.exit()))
  process.send?.(ready)
}
