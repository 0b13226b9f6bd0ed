// Runs of a single node, and of a node with a successor at each of its ports.
import type { Json } from '../../src/core/json.ts'
import type { RunSpec } from '../../src/objects/run-spec.ts'
import type { RunView, WaitView } from '../../src/objects/workflow-run.ts'
import { eventually } from '../helpers/changes.ts'
import { MAX_WAIT_MS, runOf, start } from '../helpers/runs.ts'

export type Params = Record<string, unknown>
export type More = Partial<RunSpec> & { node?: Record<string, unknown>; waitMs?: number }

/** The node alone: its output is that of the run. */
export const one = (type: string, params: Params, { node, waitMs, ...spec }: More = {}): Promise<RunView> =>
  start({ nodes: [{ id: 'it', type, params, ...node }] }, spec, { waitMs: waitMs ?? MAX_WAIT_MS })

export async function outputOf(type: string, params: Params, input: Json = null): Promise<Json> {
  const run = await one(type, params, { input })
  if (run.status !== 'succeeded') throw new Error(JSON.stringify(run.error))
  return run.output
}

export async function errorOf(type: string, params: Params, more: More = {}): Promise<Record<string, Json>> {
  const run = await one(type, params, more)
  if (run.status !== 'failed') throw new Error(`It has ${run.status} with ${JSON.stringify(run.output)}`)
  return run.error as Record<string, Json>
}

/** The node with a successor at each port, which has the name of the port. */
export const withPorts = (
  type: string,
  params: Params,
  ports: string[],
  { waitMs, ...spec }: More = {},
): Promise<RunView> =>
  start(
    {
      nodes: [
        { id: 'before', type: 'data.set', params: { values: { seen: true } } },
        { id: 'it', type, params },
        ...ports.map((id) => ({ id, type: 'flow.noop' })),
      ],
      edges: [{ from: 'before', to: 'it' }, ...ports.map((port) => ({ from: 'it', to: port, port }))],
      output: Object.fromEntries(ports.map((port) => [port, `{{ nodes.${port} }}`])),
    },
    spec,
    { waitMs: waitMs ?? MAX_WAIT_MS },
  )

/** The ports that were taken. */
export const taken = (run: RunView): string[] =>
  (run.nodes ?? [])
    .filter(({ id, status }) => id !== 'before' && id !== 'it' && status === 'succeeded')
    .map(({ id }) => id)

export const waiting = (runId: string): Promise<WaitView> =>
  eventually(async () => {
    const view = await runOf(runId).view({})
    const [wait] = view?.waitingFor ?? []
    if (wait === undefined) throw new Error('The run waits for nothing')
    return wait
  })
