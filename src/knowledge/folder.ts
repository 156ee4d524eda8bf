import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { SUPPORTED_ENDINGS } from './chunking/chunk-document.ts'

export type FolderFile =
  | { source: string; name: string; contentType: null; content: Buffer }
  | { source: string; reason: string }

/**
 * The files under a folder, by path. Hidden ones are left out and links are not followed; files of other kinds
 * are named with the reason why they are not read.
 */
export async function* readFolder(folder: string): AsyncGenerator<FolderFile> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
  for (const path of paths) {
    const source = relative(folder, path).split(sep).join('/')
    if (source.split('/').some((part) => part.startsWith('.'))) continue
    if (SUPPORTED_ENDINGS.includes(extname(path).toLowerCase()))
      yield { source, name: source, contentType: null, content: await readFile(path) }
    else yield { source, reason: `not one of ${SUPPORTED_ENDINGS.join(', ')}` }
  }
}
