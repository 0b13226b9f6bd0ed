// The load generator, in its own thread.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { inRoot } from '../../scripts/server/paths.ts'
import type { LoadOrder, LoadResult } from '../load.ts'
import type { Engine } from './servers.ts'

export type Client = { run: (order: LoadOrder) => Promise<LoadResult>; stop: () => Promise<unknown> }

export function startClient(): Client {
  const worker = new Worker(inRoot('bench/load.ts'))
  return {
    run: async (order) => {
      worker.postMessage(order)
      const [result] = (await once(worker, 'message')) as [LoadResult]
      if (result.error) console.error(`${order.path}: ${result.error}`)
      return result
    },
    stop: () => worker.terminate(),
  }
}

/** A start that is answered when the run has succeeded. */
export const startAndWait = (
  engine: Engine,
  workflowId: string,
  input: unknown = null,
): Omit<LoadOrder, 'clients' | 'seconds'> => ({
  port: engine.port,
  method: 'POST',
  path: `/api/v1/workflows/${workflowId}/execute`,
  headers: { ...engine.headers, 'content-type': 'application/json', prefer: 'wait=30' },
  body: JSON.stringify({ input }),
  expect: 200,
  expectText: '"status":"succeeded"',
})
