// Runs directly on the object, without HTTP or a stored workflow, and how to wait for them.
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { newId } from '../../src/core/ids.ts'
import type { Json } from '../../src/core/json.ts'
import { isTerminal } from '../../src/engine/model/state.ts'
import type { RunSpec } from '../../src/objects/run-spec.ts'
import { type RunView, runHost, type StartOptions, workflowRun } from '../../src/objects/workflow-run.ts'
import { eventually } from './changes.ts'
import { clock } from './clock.ts'

export type Definition = {
  nodes: Record<string, unknown>[]
  edges?: Record<string, unknown>[]
  [more: string]: unknown
}

/** A run that ends does so quickly, but a busy machine may take longer. `start` is not for runs that wait. */
export const MAX_WAIT_MS = 60_000

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

/** The object of the run. A run with a random id, as in `newSpec`, has its own object. */
export const objectOf = (runId: string) => runHost(env.RUNS, runId)

export async function start(
  definition: Definition,
  more: Partial<RunSpec> = {},
  options: StartOptions = { waitMs: MAX_WAIT_MS },
): Promise<RunView> {
  const spec = newSpec(definition, more)
  const answer = await runOf(spec.runId).start(spec, options)
  if (!answer.ok) throw new Error(answer.reason)
  return answer.run
}

/** Starts the run and returns it once it waits. */
export async function parked(definition: Definition, more: Partial<RunSpec> = {}): Promise<RunView> {
  const { id } = await start(definition, more, { waitMs: 0 })
  return untilWaiting(id)
}

export const untilWaiting = (runId: string, path?: string): Promise<RunView> =>
  eventually(async () => {
    const run = await runOf(runId).view({ nodes: true, output: true })
    const isThere = path === undefined || run?.waitingFor.some((wait) => wait.path === path)
    if (run?.status !== 'waiting' || !isThere) throw new Error(`The run is ${run?.status}`)
    return run
  })

/** The run once it has ended. */
export async function ended(runId: string): Promise<RunView> {
  const run = await runOf(runId).view({ nodes: true, output: true }, MAX_WAIT_MS)
  if (run === null || !isTerminal(run.status)) throw new Error(`The run is ${run?.status}`)
  return run
}

const REPORTS = "SELECT 'report' AS kind, run FROM unreported"
const MESSAGES = 'SELECT kind, run FROM outbox'

/** Once lists show what these runs have done so far. Their hosts report a little later. */
export const reported = (...runIds: string[]): Promise<void> => nothingLeft(REPORTS, runIds)

/** The same, and every message of these runs is delivered: approvals, waits for events, audit entries, posted messages. */
export const settled = (...runIds: string[]): Promise<void> =>
  nothingLeft(`${REPORTS} UNION ALL ${MESSAGES}`, runIds)

async function nothingLeft(unsent: string, runIds: string[]): Promise<void> {
  const find = `SELECT kind FROM (${unsent}) JOIN runs ON n = run WHERE id = ?`
  for (const runId of runIds)
    await eventually(async () => {
      const left = await runInDurableObject(
        objectOf(runId) as never,
        (_object: unknown, { storage }: DurableObjectState) =>
          storage.sql.exec<{ kind: string }>(find, runId).toArray(),
      )
      if (left.length > 0) throw new Error(`${runId} has not sent: ${left.map(({ kind }) => kind).join()}`)
    })
}

export const finished = async (definition: Definition, input: Json = null): Promise<RunView> =>
  start(definition, { input })
