// What reading a credential adds to a call: the same workflow with and without one, taking turns. Each run opens its credential anew, and
// keeps it for its later calls.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Engine } from '../engine/servers.ts'

const RUNS = 60
const LATER_CALLS = 40

export type Echo = { host: string; stop: () => void }

/** Other work on the machine only adds to times, so the lower ones show best what a call costs. */
const lowerQuartile = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 4)] ?? Number.NaN

/** A service on this machine that answers at once. */
export async function startEcho(): Promise<Echo> {
  const server = createServer((request, response) => {
    request.resume()
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Milliseconds that a credential adds to the first call of a run, and to each later one. */
export async function credentialCost(
  { call, newWorkflow }: Engine,
  { host }: Echo,
): Promise<{ first: number; later: number }> {
  const url = `http://${host}/`
  const body = {
    ...{ type: 'http.bearer', name: 'Echo', secrets: { token: 'bench-token-1234' } },
    ...{ config: {}, allowedHosts: [host] },
  }
  await call('POST', '/api/v1/users/integrations', body)
  const workflowOf = (calls: number, signed: boolean): Promise<string> =>
    newWorkflow({
      nodes: Array.from({ length: calls }, (_, n) => ({
        id: `n${n}`,
        type: 'http.request',
        params: { url },
        ...(signed ? { credential: 'Echo' } : {}),
      })),
      edges: Array.from({ length: calls - 1 }, (_, n) => ({ from: `n${n}`, to: `n${n + 1}` })),
    })
  const timeOf = async (id: string): Promise<number> => {
    const begun = performance.now()
    const wait = { prefer: 'wait=30' }
    const run = await call<{ status: string }>('POST', `/api/v1/workflows/${id}/execute`, {}, wait)
    if (run.status !== 'succeeded') throw new Error(JSON.stringify(run))
    return performance.now() - begun
  }
  const added = async (calls: number): Promise<number> => {
    const [plain, signed] = [await workflowOf(calls, false), await workflowOf(calls, true)]
    const times: { plain: number[]; signed: number[] } = { plain: [], signed: [] }
    for (let n = 0; n < RUNS; n++) {
      times.plain.push(await timeOf(plain))
      times.signed.push(await timeOf(signed))
    }
    return lowerQuartile(times.signed) - lowerQuartile(times.plain)
  }
  const first = await added(1)
  const all = await added(1 + LATER_CALLS)
  return { first, later: (all - first) / LATER_CALLS }
}
