import { type StandIn, type StandInRequest, startStandIn } from '../../../src/sandbox/standin.ts'

export type Receiver = StandIn & { got: StandInRequest[] }

/** Stands where the hub would: keeps every webhook and answers with `status`. */
export async function startReceiver(status: () => number = () => 200): Promise<Receiver> {
  const got: StandInRequest[] = []
  const standIn = await startStandIn((request) => {
    got.push(request)
    return { status: status() }
  })
  return Object.assign(standIn, { got })
}
