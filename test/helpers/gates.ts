// Runs of one workflow with a gate, and the gate itself.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { sha256Hex } from '../../src/core/crypto.ts'
import { newId } from '../../src/core/ids.ts'
import { flowGate } from '../../src/objects/flow-gate.ts'
import type { RunSpec } from '../../src/objects/run-spec.ts'
import { clock } from './clock.ts'
import { type Definition, newSpec, runOf } from './runs.ts'

/** Waits for `go` and ends. */
export const waiting: Definition = {
  nodes: [{ id: 'wait', type: 'flow.waitForEvent', params: { name: 'go' } }],
}

export function family(
  concurrency: Record<string, unknown>,
  definition: Definition = waiting,
): { next(more?: Partial<RunSpec>): RunSpec; gate(customer?: string): Promise<ReturnType<typeof flowGate>> } {
  const teamId = newId('team', clock.now())
  const workflowId = newId('wf', clock.now())
  const settings = { concurrency: { limit: 1, key: '{{ input.customer }}', ...concurrency } }
  return {
    next: (more = {}) =>
      newSpec({ ...definition, settings }, { teamId, workflowId, input: { customer: 'a' }, ...more }),
    gate: async (customer = 'a') =>
      flowGate(env.GATES, `${teamId} ${workflowId} ${await sha256Hex(customer)}`),
  }
}

export async function startAll(...specs: RunSpec[]): Promise<void> {
  for (const spec of specs) await runOf(spec.runId).start(spec)
}

export const statusOf = async ({ runId }: RunSpec): Promise<string | undefined> =>
  (await runOf(runId).view({}))?.status

export const go = ({ runId }: RunSpec, name = 'go') => runOf(runId).signal({ name, data: null, by: 'me' })

export const control = ({ runId }: RunSpec, verb: 'cancel' | 'pause' | 'resume') =>
  runOf(runId).control(verb, 'me')

export const fireAlarm = (object: unknown): Promise<boolean> => runDurableObjectAlarm(object as never)

export const sqlOf = <T>(object: unknown, work: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(object as never, (_object: unknown, { storage }: DurableObjectState) =>
    work(storage.sql),
  )
