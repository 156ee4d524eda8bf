import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Reranker } from '../../src/ports/index.ts'

export type RerankerUnderTest = {
  reranker: Reranker
  /** The server judges a text by how many words of the question stand in it, unless it is told to answer this. */
  next(mood: { status: number; retryAfterS?: number } | 'breaks' | 'nonsense'): void
  dispose(): Promise<void>
}

/** What every Reranker must do. */
export function rerankerContract(name: string, connect: () => Promise<RerankerUnderTest>) {
  describe(`${name} as a reranker`, () => {
    let made: RerankerUnderTest
    beforeEach(async () => {
      made = await connect()
    })
    afterEach(() => made.dispose())

    it('gives one score per text, in the order of the texts', async () => {
      const [garage = 0, breakfast = 0, pool = 0] = await made.reranker.rerank('breakfast time', [
        'the garage',
        'breakfast time is seven – Frühstück',
        'pool time',
      ])
      expect(breakfast).toBeGreaterThan(pool)
      expect(pool).toBeGreaterThan(garage)
    })

    it('scores more texts than a server takes at once', async () => {
      const texts = Array.from({ length: 100 }, (_, n) => (n === 77 ? 'pool pool' : `entry ${n}`))
      const scores = await made.reranker.rerank('pool', texts)
      expect(scores).toHaveLength(100)
      expect(scores.indexOf(Math.max(...scores))).toBe(77)
    })

    it('asks nobody about nothing', async () => {
      expect(await made.reranker.rerank('pool', [])).toEqual([])
    })

    it.each([
      [{ status: 401 }, { code: 'vendor_auth', retry: { when: 'never' } }],
      [
        { status: 429, retryAfterS: 3 },
        { code: 'vendor_rate_limited', retry: { when: 'after', ms: 3000 } },
      ],
      [{ status: 503 }, { code: 'vendor_unavailable', retry: { when: 'backoff' } }],
      [{ status: 422 }, { code: 'vendor_rejected', retry: { when: 'never' } }],
      ['breaks', { code: 'vendor_unavailable', retry: { when: 'backoff' } }],
      ['nonsense', { code: 'vendor_rejected' }],
    ] as const)('turns %j into %j', async (mood, expected) => {
      made.next(mood)
      const asked = made.reranker.rerank('pool', ['pool'])
      await expect(asked).rejects.toMatchObject({ name: 'VendorError', effect: 'none', ...expected })
    })

    it('says that it is well, and that it is not', async () => {
      expect(await made.reranker.check()).toMatchObject({ ok: true })
      made.next({ status: 503 })
      expect(await made.reranker.check()).toMatchObject({ ok: false })
    })
  })
}
