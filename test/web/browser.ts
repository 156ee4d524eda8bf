import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

const root = join(fileURLToPath(import.meta.url), '../../..')
const executablePath = process.env.CHROMIUM_PATH ?? ''

/** A name under which the hub is not reached by loopback, so that it wants a token. */
export const STRANGE_HOST = 'hub.example'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=MAP ${STRANGE_HOST} 127.0.0.1`,
]

/** Whether there is a Chromium. Where there is none, test/services.ts says so, and fails where CI wants all. */
export const hasBrowser = executablePath !== '' && existsSync(executablePath)

/** The page as it is now, built where it is not. */
export async function startBrowser(): Promise<Browser> {
  const { pageIsStale }: { pageIsStale(): boolean } = await import(join(root, 'setup/page.mjs'))
  if (pageIsStale()) execFileSync(process.execPath, ['node_modules/vite/bin/vite.js', 'build'], { cwd: root })
  return chromium.launch({ executablePath, args: FLAGS })
}

export type Tab = AsyncDisposable & { page: Page; complaints: string[] }

/** A tab of its own. What the browser complains of is collected: errors, refused code, dialogs of somebody's script. */
export async function openTab(
  browser: Browser,
  options: { width?: number; dark?: boolean } = {},
): Promise<Tab> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    locale: 'en-GB',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
}
