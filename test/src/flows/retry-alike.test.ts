import { expect, it } from 'vitest'
import { retryAlike } from '../../../src/flows/index.ts'
import { InputError } from '../../../src/ops/errors.ts'
import { getFlow } from '../../../src/store/rows/flows.ts'
import { ORG } from '../../contracts/rows.ts'
import { call, flowBench } from './bench.ts'

it('flows that failed alike are retried together; one whose ticket has another flow by now says so', async () => {
  let broken = true
  await using bench = await flowBench({
    steps: [call('first'), { name: 'rest', type: 'delay', title: 'Rest', for: '1h' }],
    skills: {
      note: () => {
        if (broken) throw new InputError('bad_input', 'It is broken.')
      },
    },
  })
  const [alone, overtaken] = [await bench.start(), await bench.start({ ticket: 'z:1' })]
  broken = false
  await bench.start({ ticket: 'z:1' })

  const { store, clock, newId, queue } = bench
  const about = { fingerprint: alone?.fingerprint ?? '', limit: 10 }
  expect(await retryAlike({ store, clock, newId, queue }, ORG, about, 'user:ada')).toEqual({
    fingerprint: overtaken?.fingerprint,
    retried: [alone?.id],
    refused: [
      {
        flow: overtaken?.id,
        title: 'Test one',
        code: 'conflict',
        reason: 'z:1 already has an unfinished flow "test".',
      },
    ],
    nextCursor: null,
  })
  await bench.settle()
  expect((await getFlow(store.read, ORG, alone?.id ?? ''))?.status).toBe('waiting')
  expect((await getFlow(store.read, ORG, overtaken?.id ?? ''))?.status).toBe('failed')
})
