import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { serve } from '../remote.ts'
import { readMiniLm } from './minilm-files.ts'
import { buildMiniLm, type WeightType } from './minilm-graph.ts'

/** The length the model was published with (`max_seq_length`); what is longer is cut. */
const MAX_TOKENS = 256
const SEPARATOR = 102

export type MiniLmOperations = {
  embed(texts: string[]): Promise<Float32Array[]>
}

type Loaded = Awaited<ReturnType<typeof load>>
let loaded: Promise<Loaded> | undefined

serve<MiniLmOperations>(
  {
    async embed(texts) {
      loaded ??= load()
      const { tokenise, mean } = await loaded
      const vectors: Float32Array[] = []
      for (const text of texts) vectors.push(unit(await mean(tokenise(text))))
      return vectors
    },
  },
  async () => (await loaded)?.release(),
)

async function load() {
  const [{ InferenceSession, Tensor }, { Tokenizer }, files] = await Promise.all([
    import('onnxruntime-node'),
    import('@huggingface/tokenizers'),
    readMiniLm(),
  ])
  const tokenizer = new Tokenizer(files.tokenizer, files.tokenizerConfig)
  const session = await InferenceSession.create(buildMiniLm(files, weightType()), {
    intraOpNumThreads: Math.min(2, availableParallelism()),
    interOpNumThreads: 1,
    // The arena would keep its largest size for good; texts are short, so going without costs nothing.
    enableCpuMemArena: false,
    // Threads that wait by spinning would take a core from the hub between two texts.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  })
  return {
    tokenise(text: string): number[] {
      const ids = tokenizer.encode(text).ids
      return ids.length <= MAX_TOKENS ? ids : [...ids.slice(0, MAX_TOKENS - 1), SEPARATOR]
    },
    async mean(ids: number[]): Promise<Float32Array> {
      const input = new Tensor('int64', BigInt64Array.from(ids, BigInt), [1, ids.length])
      const { mean } = await session.run({ ids: input })
      if (!(mean?.data instanceof Float32Array)) throw new Error('the model gave no vector')
      return mean.data
    },
    release: () => session.release(),
  }
}

/** Signed where the processor's sums cannot be clamped; Linux tells by its flags, elsewhere only ARM is sure. */
function weightType(): WeightType {
  if (process.arch === 'arm64') return 'int8'
  const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : ''
  return /\bavx(512)?_vnni\b/.test(flags) ? 'int8' : 'uint8'
}

function unit(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  const length = Math.sqrt(squares)
  return vector.map((value) => value / length)
}
