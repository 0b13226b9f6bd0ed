// Runs straight on the object, without HTTP or a stored workflow.
import { env } from 'cloudflare:workers'
import { newId } from '../../src/core/ids.ts'
import type { Json } from '../../src/core/json.ts'
import {
  type RunSpec,
  type RunView,
  runHost,
  type StartOptions,
  workflowRun,
} from '../../src/objects/workflow-run.ts'
import { clock } from './clock.ts'

export type Definition = {
  nodes: Record<string, unknown>[]
  edges?: Record<string, unknown>[]
  [more: string]: unknown
}

export const linear = (length: number, type = 'flow.noop'): Definition => ({
  nodes: Array.from({ length }, (_, i) => ({ id: `n${i}`, type })),
  edges: Array.from({ length: length - 1 }, (_, i) => ({ from: `n${i}`, to: `n${i + 1}` })),
})

export function newSpec(definition: Definition, more: Partial<RunSpec> = {}): RunSpec {
  const text = JSON.stringify(definition)
  return {
    runId: newId('run', clock.now()),
    teamId: newId('team', clock.now()),
    workflowId: null,
    workflowVersion: 1,
    workflowName: 'Test',
    definition: text,
    definitionHash: text,
    input: null,
    vars: {},
    trigger: { type: 'manual' },
    startedBy: null,
    requestId: 'req_test',
    ...more,
  }
}

export const runOf = (runId: string) => workflowRun(env.RUNS, runId)

/** The object that keeps the run. A run with a random id, as `newSpec` makes it, has one of its own. */
export const objectOf = (runId: string) => runHost(env.RUNS, runId)

export async function start(
  definition: Definition,
  more: Partial<RunSpec> = {},
  options: StartOptions = { waitMs: 5_000 },
): Promise<RunView> {
  const spec = newSpec(definition, more)
  const answer = await runOf(spec.runId).start(spec, options)
  if (!answer.ok) throw new Error(answer.reason)
  return answer.run
}

export const finished = async (definition: Definition, input: Json = null): Promise<RunView> =>
  start(definition, { input })
