import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Integration } from '../src/ports/index.ts'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../integrations')

/** The names of the vendors' folders that hold code. */
export const vendors = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(folder, entry.name)).includes('index.ts'))
  .map((entry) => entry.name)
  .toSorted()

/** What a vendor's folder declares, read from the folder and not from the list. */
export async function declarationOf(vendor: string): Promise<Integration> {
  const exports: Record<string, Integration> = await import(join(folder, vendor, 'index.ts'))
  const [declaration] = Object.values(exports).filter((value) => value.variants !== undefined)
  if (!declaration) throw new Error(`integrations/${vendor}/index.ts exports no integration`)
  return declaration
}
