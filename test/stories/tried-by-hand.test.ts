import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startTestHub, type TestHub } from '../hub.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** A machine without curl may do without these; where all is wanted they fail. */
const hasCurl = spawnSync('bash', ['-c', 'command -v curl']).status === 0 || process.env.CI === 'true'

describe.each(['README.md', 'docs/try-flows.md'])('%s', (page) => {
  it.runIf(hasCurl)('shows commands that do what it says', { timeout: 60_000 }, async () => {
    await using hub = await startTestHub()
    await using shell = startShell(hub)
    let output = ''
    for (const [, kind, text = ''] of readFileSync(join(root, page), 'utf8').matchAll(BLOCK)) {
      if (kind === 'sh') output = await shell.run(text)
      else expect(output).toContain(text.trim())
    }
    expect(output).not.toBe('')
  })
})

/** What is to be typed in, and what comes out. */
const BLOCK = /```(sh|text)\n(.*?)```/gs

/** One shell for all of a page's blocks, so that later ones know what earlier ones set; beside a hub in peace. */
function startShell(hub: TestHub) {
  const shell = spawn('bash', ['-eo', 'pipefail'], {
    cwd: root,
    env: {
      ...process.env,
      HUB: hub.url,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      NO_COLOR: '1',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let seen = ''
  const told = () => seen.slice(0, seen.indexOf(END))
  const ended = new Promise<never>((_, reject) =>
    shell.on('close', (code) => reject(new Error(`the shell ended with ${code}: ${seen}`))),
  )
  ended.catch(() => {})
  let heard = () => {}
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', (chunk) => {
      seen += String(chunk)
      if (seen.includes(END)) heard()
    })
  }
  return {
    async run(block: string): Promise<string> {
      seen = ''
      const done = new Promise<void>((resolve) => {
        heard = resolve
      })
      shell.stdin.write(`${block}\necho ${END}\n`)
      await Promise.race([done, ended])
      await hub.settle()
      return told()
    },
    async [Symbol.asyncDispose]() {
      shell.stdin.end()
      await ended.catch(() => {})
    },
  }
}

const END = '--- that was the block ---'
