// Drives one run to its end from outside: answers its waits, and advances its time to its alarms. Every call may
// reach an object that was just lost, so each is repeated until it is answered, as a client or the platform would do.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ALARM_RETRY_MS } from '../../../durable-objects/run-host/life/alarm.ts'
import { type Packed, unpack } from '../../../durable-objects/run-host/rows/packed.ts'
import { isSettled, isTerminal } from '../../../src/engine/model/state.ts'
import type { RunSpec } from '../../../src/objects/run-spec.ts'
import type { RunView, WaitView } from '../../../src/objects/workflow-run.ts'
import { onPurpose } from '../../helpers/on-purpose.ts'
import { objectOf, runOf } from '../../helpers/runs.ts'
import type { Disturbance } from './disturb.ts'
import { time } from './time.ts'

const MAX_ROUNDS = 2_000
const MAX_TRIES = 30
/** If an alarm fails shortly before a wait ends, the next one comes this long after it. */
const ALARM_SLACK_MS = ALARM_RETRY_MS + 1_000

export type Driven = { view: RunView; resolved: string[]; trail: string[] }

export async function drive(spec: RunSpec, disturbance: Disturbance): Promise<Driven> {
  const { runId } = spec
  const trail: string[] = []
  const resolved: string[] = []
  const answered = new Map<string, number>()
  let words = 0
  await call(() => runOf(runId).start(spec), disturbance)
  disturbance.alarm.takeDeath()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const view = await call(() => runOf(runId).view({ nodes: true }), disturbance)
    if (view === null) throw new Error('An accepted run is not there')
    if (disturbance.alarm.takeDeath() && hasWork(view))
      throw new Error(`The process was lost while no alarm was set: ${JSON.stringify(view.waitingFor)}`)
    if (isTerminal(view.status)) return { view, resolved, trail }
    const wait = view.waitingFor.find(({ kind, path }) => isAnswerable(kind) && !isNew(answered, path, round))
    if (wait !== undefined) {
      trail.push(`answer ${wait.kind} ${wait.path}`)
      answered.set(wait.path, round)
      await answer(runId, wait, `word${words++}`, disturbance)
      if (wait.kind === 'resolve') resolved.push(wait.path)
      continue
    }
    if (isBusy(view)) {
      // Work in progress is answered in real time.
      await pause(1)
      continue
    }
    // A child needs real time, however far the clock is moved.
    if (view.waitingFor.some(({ kind }) => kind === 'child')) await pause(5)
    trail.push('alarm')
    await passTime(runId, view, disturbance)
  }
  throw new Error(`The run is stuck after ${trail.slice(-20).join(', ')}`)
}

const isAnswerable = (kind: WaitView['kind']): boolean =>
  kind === 'signal' || kind === 'approval' || kind === 'resolve'

/** Something is being done for it now. An `each` or a group works itself once nothing inside it is open. */
export function isBusy({ nodes = [] }: RunView): boolean {
  const running = nodes.filter(({ status }) => status === 'running').map(({ path }) => path)
  const open = nodes
    .filter(({ status }) => status !== 'pending' && !isSettled(status))
    .map(({ path }) => path)
  return running.some(
    (path) => !open.some((other) => other.startsWith(`${path}:`) || other.startsWith(`${path}.`)),
  )
}

/** Work or a time that nothing from outside would continue. */
const hasWork = (view: RunView): boolean =>
  isBusy(view) ||
  (view.nodes?.some(({ status }) => status === 'retrying') ?? false) ||
  view.waitingFor.some(({ until }) => until !== null)

/**
 * An answer is visible after a turn or two. Another waiter with the same name may have taken it, so it is given
 * again.
 */
const isNew = (answered: Map<string, number>, path: string, round: number): boolean =>
  round - (answered.get(path) ?? -10) < 4

async function answer(runId: string, wait: WaitView, id: string, disturbance: Disturbance): Promise<void> {
  const { kind, path, name } = wait
  if (kind === 'signal') {
    await call(() => runOf(runId).signal({ name: name ?? '', data: path, id, by: 'test' }), disturbance)
  } else if (kind === 'approval') {
    const word = { by: id, decision: 'approve', comment: null, data: null, isStarter: false } as const
    await call(() => runOf(runId).decide({ approvalId: name ?? '', ...word }), disturbance)
  } else {
    const word = { path, outcome: 'succeeded', output: null, by: 'test' } as const
    await call(() => runOf(runId).resolve(word), disturbance)
  }
}

/** Advances to the next alarm of the run. A run that waits for a time and has no alarm is lost. */
async function passTime(runId: string, view: RunView, disturbance: Disturbance): Promise<void> {
  const at = await call(() => alarmOf(runId), disturbance)
  if (at === null) {
    const timed = view.nodes?.some(({ status }) => status === 'retrying') ?? false
    if (timed || view.waitingFor.some(({ until }) => until !== null))
      throw new Error(`The run waits for a time and no alarm is set: ${JSON.stringify(view.waitingFor)}`)
    await pause(1)
    return
  }
  const until = view.waitingFor.flatMap((one) =>
    one.kind === 'timer' && one.until ? [Date.parse(one.until)] : [],
  )
  if (at > Math.min(...until) + ALARM_SLACK_MS)
    throw new Error(`The alarm is late for ${JSON.stringify(view.waitingFor)}`)
  time.reach(at)
  disturbance.alarm.fires(true)
  await call(() => runDurableObjectAlarm(objectOf(runId) as never), disturbance)
  disturbance.alarm.fires(false)
}

export const alarmOf = (runId: string): Promise<number | null> =>
  runInDurableObject(objectOf(runId) as never, (_object: unknown, state: DurableObjectState) =>
    state.storage.getAlarm(),
  )

/** The `seq` of the newest entry of the run's log. */
export const seqOf = (runId: string): Promise<number> =>
  runInDurableObject(objectOf(runId) as never, (_object: unknown, { storage }: DurableObjectState) => {
    const find = "SELECT value FROM rows WHERE kind = 'meta' AND key = 'run'"
    const stored = storage.sql.exec<{ value: string }>(find).toArray()[0]?.value
    if (stored !== undefined) return (JSON.parse(stored) as { seq: number }).seq
    const { body } = storage.sql.exec<{ body: Packed }>('SELECT body FROM runs').one()
    return (JSON.parse(unpack(body)) as { events: unknown[] }).events.length
  })

/** Repeats the call while the object is being lost. Evicts it when the disturbance says so. */
export async function call<T>(work: () => Promise<T>, disturbance: Disturbance): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await work()
      await disturbance.evictIfAsked()
      return result
    } catch (error) {
      disturbance.lost(error)
      if (attempt >= MAX_TRIES) throw error
      await disturbance.evictIfAsked()
    }
  }
}

/** An eviction waits up to half a minute for calls in progress. Here, only immediate ones matter. */
const EVICTED_MS = 300

export const evict = async (runId: string): Promise<void> => {
  // It may already be gone.
  const evicted = evictDurableObject(objectOf(runId) as never).catch(() => undefined)
  await Promise.race([evicted, pause(EVICTED_MS)])
}

/** Like a crash. */
export const lose = async (runId: string): Promise<void> => {
  const abort = (_object: unknown, state: DurableObjectState) => state.abort(onPurpose('lost'))
  await runInDurableObject(objectOf(runId) as never, abort).catch(() => undefined)
}
