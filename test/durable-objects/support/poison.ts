// Facts that crash a run, and the time that a run needs to recover.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { vi } from 'vitest'
import { asNewProcess, setFaultHook } from '../../../durable-objects/run-host/rows/faults.ts'
import { hostOf } from '../../../src/core/run-id.ts'
import type { Fact } from '../../../src/engine/model/event.ts'
import { isTerminal } from '../../../src/engine/model/state.ts'
import type { RunView } from '../../../src/objects/workflow-run.ts'
import { time } from '../../chaos/support/time.ts'
import { onPurpose } from '../../helpers/on-purpose.ts'
import { objectOf, runOf } from '../../helpers/runs.ts'

/** `throw` is an error of ours, `abort` a reset in the middle, `process` the end of the whole process. */
export type Death = 'throw' | 'abort' | 'process'

/** The run crashes whenever one of these facts is applied. `crashes` counts how often. */
export function dieOf(runId: string, isPoison: (fact: Fact) => boolean, how: Death = 'throw') {
  const seen = { crashes: 0 }
  setFaultHook((point, state, args) => {
    if (state.id.name !== hostOf(runId) || point !== 'core.take:before' || !isPoison(args[2] as Fact)) return
    seen.crashes++
    if (how === 'process') asNewProcess()
    if (how !== 'throw') state.abort(onPurpose('dead'))
    throw new Error(onPurpose('dead'))
  })
  return seen
}

export const sqlOf = <T>(runId: string, work: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(objectOf(runId) as never, (_object: unknown, { storage }: DurableObjectState) =>
    work(storage.sql),
  )

/** Fires the alarm that is set, at its time. The object may be lost with it. */
export async function ring(runId: string): Promise<void> {
  try {
    const at = await runInDurableObject(
      objectOf(runId) as never,
      (_object: unknown, { storage }: DurableObjectState) => storage.getAlarm(),
    )
    if (at !== null) time.reach(at)
    await runDurableObjectAlarm(objectOf(runId) as never)
  } catch {
    // The platform would fire it again after a while.
    time.pass(5_000)
  }
}

export const viewOf = (runId: string): Promise<RunView | null> =>
  runOf(runId)
    .view({ nodes: true })
    .catch(() => null)

export async function until<T>(runId: string, seen: (view: RunView) => T | false | undefined): Promise<T> {
  return vi.waitFor(
    async () => {
      await ring(runId)
      const view = await viewOf(runId)
      const found = view !== null && seen(view)
      if (found === false || found === undefined) throw new Error(`It is ${view?.status}`)
      return found
    },
    { timeout: 15_000, interval: 5 },
  )
}

export const ended = (runId: string): Promise<RunView> =>
  until(runId, (view) => isTerminal(view.status) && view)

export const nodeOf = (view: RunView, path: string) => view.nodes?.find((one) => one.path === path)
