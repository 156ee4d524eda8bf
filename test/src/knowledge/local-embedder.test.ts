import { readdirSync, readFileSync } from 'node:fs'
import { pino } from 'pino'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { createHashedWordsEmbedder } from '../../../src/knowledge/embedding/hashed-words.ts'
import { createLocalEmbedder } from '../../../src/knowledge/embedding/local-embedder.ts'
import { whyUnavailable } from '../../../src/knowledge/embedding/minilm-files.ts'
import type { Embedder } from '../../../src/ports/index.ts'
import { PARAPHRASES } from './paraphrases.ts'

const log = pino({ level: 'silent' })
const unavailable = whyUnavailable()
if (unavailable) console.warn(`\nSKIPPED  the embedding model's tests: ${unavailable}.\n`)

describe.skipIf(unavailable !== null)('the local embedder', () => {
  let embedder: Embedder | undefined
  const get = async () => {
    embedder ??= await createLocalEmbedder({ log })
    return embedder
  }
  afterAll(() => embedder?.close())

  // Made with numpy in 64-bit floats from the same weights, without any quantisation of activations.
  const reference: { text: string; vector: number[] }[] = JSON.parse(
    readFileSync(new URL('./minilm-reference.json', import.meta.url), 'utf8'),
  )
  it.each(reference)(
    'gives the vector that a plain implementation gives for "$text"',
    async ({ text, vector }) => {
      const [ours] = await (await get()).embed([text], 'passage')
      expect(dot(ours, Float32Array.from(vector))).toBeGreaterThan(0.99)
      expect(dot(ours, ours)).toBeCloseTo(1, 5)
    },
  )

  it('finds the right passage first for at least 24 of 30 paraphrased questions', async () => {
    const model = await get()
    const questions = await model.embed(
      PARAPHRASES.map(({ question }) => question),
      'query',
    )
    const passages = await model.embed(
      PARAPHRASES.map(({ passage }) => passage),
      'passage',
    )
    const right = questions.filter((question, i) => nearest(question, passages) === i)
    expect(right.length).toBeGreaterThanOrEqual(24)
  })

  it('gives a text the same vector in any company, and reads no further than its limit', async () => {
    const long = 'a quiet room with a view of the lake '.repeat(80)
    const model = await get()
    const [alone] = await model.embed(['quiet room'], 'passage')
    const [, among, cut, longer] = await model.embed(
      [long, 'quiet room', long, `${long} and a dog`],
      'passage',
    )
    expect(among).toEqual(alone)
    expect(longer).toEqual(cut)
    expect(dot(cut, alone)).toBeLessThan(0.999)
  })

  it('takes an empty text and none', async () => {
    const model = await get()
    expect(await model.embed([], 'query')).toEqual([])
    const [empty] = await model.embed([''], 'query')
    expect(dot(empty, empty)).toBeCloseTo(1, 5)
  })
})

describe.skipIf(unavailable !== null || process.platform !== 'linux')(
  'the process of the local embedder',
  () => {
    afterEach(() => {
      vi.useRealTimers()
    })

    it('ends after the idle time and starts again with the next text', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const before = modelProcesses().length
      const embedder = await createLocalEmbedder({ log, idleMs: 1_000 })
      expect(modelProcesses()).toHaveLength(before)
      const [first] = await embedder.embed(['pool'], 'query')
      expect(modelProcesses()).toHaveLength(before + 1)

      vi.advanceTimersByTime(1_001)
      await expect.poll(() => modelProcesses()).toHaveLength(before)
      expect(await embedder.embed(['pool'], 'query')).toEqual([first])
      await embedder.close()
      expect(modelProcesses()).toHaveLength(before)
    })

    it('fails only the texts in hand when it is killed', async () => {
      const others = modelProcesses()
      const embedder = await createLocalEmbedder({ log })
      await embedder.embed(['warm'], 'query')
      const inHand = embedder.embed(['a long text '.repeat(200)], 'passage')
      for (const pid of modelProcesses()) if (!others.includes(pid)) process.kill(pid, 'SIGKILL')
      await expect(inHand).rejects.toThrow(/SIGKILL/)
      expect(await embedder.embed(['next'], 'query')).toHaveLength(1)
      await embedder.close()
    })
  },
)

describe('hashed words', () => {
  it('bring inflected words closer than other words, and say in the check that they are a stand-by', async () => {
    const embedder = createHashedWordsEmbedder('onnxruntime-node not installed')
    const [query, near, far] = await embedder.embed(
      ['cancel my booking', 'Cancelling bookings is free', 'The pool opens at seven'],
      'query',
    )
    expect(dot(query, near)).toBeGreaterThan(dot(query, far) + 0.2)
    expect(await embedder.check()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('onnxruntime-node'),
    })
  })

  it('give even a text without words a direction', async () => {
    const [vector] = await createHashedWordsEmbedder('').embed(['!?'], 'query')
    expect(dot(vector, vector)).toBeCloseTo(1, 5)
  })
})

function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return [...(a ?? [])].reduce((sum, value, i) => sum + value * (b?.[i] ?? 0), 0)
}

function nearest(vector: Float32Array, among: Float32Array[]): number {
  const scores = among.map((other) => dot(vector, other))
  return scores.indexOf(Math.max(...scores))
}

/** Pids of this process's children that hold the model. */
function modelProcesses(): number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const mine = readFileSync(`/proc/${name}/status`, 'utf8').includes(`PPid:\t${process.pid}\n`)
      return mine && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('minilm-process')
        ? [Number(name)]
        : []
    } catch {
      return [] // not a process, or one that has just ended
    }
  })
}
