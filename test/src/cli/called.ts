import { runCli } from '../../../src/cli/run.ts'
import { systemClock } from '../../../src/ops/clock.ts'

/** Calls a command in this process. @returns its exit code, its result, and what it said beside it. */
export async function called(line: string, at: { env?: Record<string, string>; folder?: string } = {}) {
  const out: string[] = []
  const said: string[] = []
  const code = await runCli(
    line.split(' ').filter((word) => word !== ''),
    {
      env: at.env ?? {},
      folder: at.folder ?? process.cwd(),
      clock: systemClock(),
      out: (text) => out.push(text),
      say: (text) => said.push(text),
    },
  )
  return { code, out: out.join('\n'), said: said.join('\n') }
}
