import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { chunkDocument } from '../../../src/knowledge/chunking/chunk-document.ts'
import { knowledgeFolder } from '../../../src/sandbox/index.ts'

const folder = fileURLToPath(knowledgeFolder)

it.each(readdirSync(folder))('the sample document %s can be taken in, with its title', (name) => {
  const content = readFileSync(`${folder}/${name}`, 'utf8')
  const { title, chunks } = chunkDocument({ name, contentType: null, content })
  expect(title).not.toBe(name)
  expect(chunks.length).toBeGreaterThan(0)
})
