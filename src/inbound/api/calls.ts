import { z } from 'zod'
import { InputError } from '../../ops/errors.ts'
import { getCall, listCalls } from '../../store/rows/calls.ts'
import { turnsOfCall } from '../../store/rows/messages.ts'
import { defineRoute, pageOf, pageQuery, type Route } from '../routes.ts'
import type { ApiDeps } from './deps.ts'
import { parsedColumns } from './show.ts'

const id = z.object({ id: z.string() })

export function callRoutes({ store, org, voice }: ApiDeps): Route[] {
  const find = async (callId: string) => {
    const row = await getCall(store.read, org, callId)
    if (!row) throw new InputError('unknown_call', `There is no call ${callId}.`, { status: 404 })
    return row
  }
  return [
    defineRoute({
      method: 'get',
      path: '/calls',
      summary: 'List calls, newest first; a held one says which gate holds it and until when',
      scope: 'read',
      query: pageQuery.extend({
        status: z.enum(['pending_ai_call', 'processing', 'completed', 'failed']).optional(),
      }),
      async run({ query: { limit, cursor, status } }) {
        const rows = await listCalls(store.read, org, {
          limit: limit + 1,
          ...(cursor ? { before: cursor } : {}),
          ...(status ? { status } : {}),
        })
        return pageOf(
          rows,
          limit,
          (row) => row.id,
          (row) => parsedColumns(row, ['context_pack']),
        )
      },
    }),
    defineRoute({
      method: 'get',
      path: '/calls/:id',
      summary: 'One call with what the assistant was told and what was said',
      scope: 'read',
      params: id,
      async run({ params }) {
        const row = await find(params.id)
        const turns = await turnsOfCall(store.read, org, row.id)
        return {
          ...parsedColumns(row, ['context_pack']),
          transcript: turns.map((turn) => ({
            speaker: turn.direction === 'out' ? 'assistant' : 'customer',
            text: turn.body,
            at: turn.at,
          })),
        }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/calls/:id/recording',
      summary: 'Where the recording can be fetched now',
      scope: 'read',
      params: id,
      async run({ params }) {
        const row = await find(params.id)
        const recording =
          voice && row.provider === voice.name && row.provider_call_id
            ? await voice.getCallRecording(row.provider_call_id)
            : undefined
        if (!recording)
          throw new InputError('no_recording', 'There is no recording of this call.', { status: 404 })
        return recording
      },
    }),
  ]
}
