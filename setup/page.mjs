import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './install.mjs'

/** Whether the web page must be built: it has sources, and one of them is newer than what was built last. */
export function pageIsStale() {
  const source = join(root, 'src/web')
  if (!existsSync(join(source, 'index.html'))) return false
  const built = join(root, 'dist/web/index.html')
  if (!existsSync(built)) return true
  const builtAt = statSync(built).mtimeMs
  const files = readdirSync(source, { recursive: true }).map((name) => join(source, name))
  return [...files, join(root, 'vite.config.ts'), join(root, 'package-lock.json')].some(
    (file) => existsSync(file) && statSync(file).mtimeMs > builtAt,
  )
}
