// Facts that crash a run, and the time that a run needs to recover.

import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { asNewProcess, setFaultHook } from '../../../durable-objects/run-host/rows/faults.ts'
import { hostOf } from '../../../src/core/run-id.ts'
import type { Fact } from '../../../src/engine/model/event.ts'
import { isTerminal } from '../../../src/engine/model/state.ts'
import type { RunView } from '../../../src/objects/workflow-run.ts'
import { time } from '../../chaos/support/time.ts'
import { eventually } from '../../helpers/changes.ts'
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

/** Fires the alarm that is set, at its time. The object may be lost with it. False if none is set. */
export async function ring(runId: string): Promise<boolean> {
  try {
    const at = await runInDurableObject(
      objectOf(runId) as never,
      (_object: unknown, { storage }: DurableObjectState) => storage.getAlarm(),
    )
    if (at !== null) time.reach(at)
    return await runDurableObjectAlarm(objectOf(runId) as never)
  } catch {
    // The platform would fire it again after a while.
    time.pass(5_000)
    return true
  }
}

export const viewOf = (runId: string): Promise<RunView | null> =>
  runOf(runId)
    .view({ nodes: true })
    .catch(() => null)

const MAX_ALARMS = 100

/** Moves time on until the run is as wanted. A call in progress takes real time: if time jumped then, it would run into its limit. */
export async function until<T>(runId: string, seen: (view: RunView) => T | false | undefined): Promise<T> {
  return eventually(async () => {
    let view = await viewOf(runId)
    for (let alarms = 0; alarms < MAX_ALARMS; alarms++) {
      const found = view !== null && seen(view)
      if (found !== false && found !== undefined) return found
      if (view?.nodes?.some(isCalling) || !(await ring(runId))) break
      view = await viewOf(runId)
    }
    throw new Error(`It is ${view?.status}`)
  })
}

const isCalling = ({ type, status }: { type: string; status: string }): boolean =>
  type === 'http.request' && status === 'running'

export const ended = (runId: string): Promise<RunView> =>
  until(runId, (view) => isTerminal(view.status) && view)

export const nodeOf = (view: RunView, path: string) => view.nodes?.find((one) => one.path === path)
