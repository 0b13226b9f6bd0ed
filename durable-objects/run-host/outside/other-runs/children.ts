// What a run passes on to the runs that it waits for, but not to runs that no node waits for. Invariants:
// 1. A pause or resume contains the state at the time of sending, so messages may arrive in any order.
// 2. A node that ends before its child stops the child, even if the child is still starting: its id is stored before
//    the start. The start may arrive after the stop, so a stop that finds no run is repeated for a while.
import { objectLog } from '../../../../src/context.ts'
import type { RunEvent } from '../../../../src/engine/model/event.ts'
import { workflowRun } from '../../../../src/objects/workflow-run.ts'
import type { RunShell } from '../../run-shell.ts'
import type { TurnResult } from '../../turn/open-turn.ts'

/** Who paused the run: a run that a person has paused stays paused when its parent resumes. */
const PAUSED_BY = 'pausedBy'
const PARENT = 'parent'

/** Part of each turn: writes messages for the children that it affects. */
export function followPause(machine: RunShell, wasPaused: boolean, events: readonly RunEvent[]): void {
  const { activations, open, run } = machine.requireRun().state
  const childOf = (path: string): string | undefined => {
    const wait = activations.get(path)?.wait
    return wait?.kind === 'child' ? wait.name : undefined
  }
  const paths = run.paused !== wasPaused ? open : run.paused ? pathsIn(events) : []
  for (const path of paths) {
    const runId = childOf(path)
    if (runId !== undefined) machine.enqueue('hold_child', { runId })
  }
}

const pathsIn = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'node.waiting' ? [event.path] : []))

export async function holdChild(machine: RunShell, runId: string): Promise<void> {
  const { paused } = machine.requireRun().state.run
  await workflowRun(machine.env.RUNS, runId).control(paused ? 'pause' : 'resume', PARENT)
}

/** Whether this request resumes the run. */
export const mayResume = (machine: RunShell, by: string): boolean =>
  by !== PARENT || machine.store.readMeta(PAUSED_BY) === PARENT

/** A pause by a person lasts longer than a pause by the parent. */
export function recordPause(machine: RunShell, by: string, wasPaused: boolean): void {
  if (!wasPaused || by !== PARENT) machine.store.writeMeta(PAUSED_BY, by)
}

/** Repeats a stop for about two minutes. */
const MAX_STOPS = 7

/** Part of each turn. A node may end between two attempts, when there is no work to cancel. */
export function stopChildren(machine: RunShell, { cancels, events }: TurnResult): void {
  const waited = new Map<string, string | undefined>()
  for (const event of events) if (endsWithoutChild(event)) waited.set(event.path, undefined)
  for (const { path, child } of cancels) waited.set(path, child)
  for (const [path, child] of waited) stopChild(machine, path, child)
}

const endsWithoutChild = (
  event: RunEvent,
): event is Extract<RunEvent, { type: 'node.cancelled' | 'node.settled' }> =>
  event.type === 'node.cancelled' || (event.type === 'node.settled' && event.error?.code === 'node.poison')

/** `waited` is the child that the node has been waiting for. */
export function stopChild(machine: RunShell, path: string, waited: string | undefined): void {
  if (waited !== undefined) machine.enqueue('cancel_child', { runId: waited })
  else {
    const starting = startingChild(machine, path)
    if (starting !== null) machine.enqueue('cancel_child', { runId: starting, isStarting: true })
  }
}

function startingChild(machine: RunShell, path: string): string | null {
  const { state, plan } = machine.requireRun()
  const activation = state.activations.get(path)
  if (activation === undefined || plan.nodes[activation.node]?.type !== 'flow.workflow') return null
  return machine.store.readChild(path)?.runId ?? null
}

export async function sendStop(
  { env, run }: RunShell,
  { runId, isStarting }: { runId: string; isStarting: boolean },
  attempts: number,
): Promise<void> {
  const answer = await workflowRun(env.RUNS, runId).control('cancel', PARENT)
  if (answer.ok || answer.reason !== 'not_found' || !isStarting) return
  if (attempts < MAX_STOPS) throw new Error('The child has not started yet')
  // Most often because it was never started.
  objectLog(env).info('a child that was to be stopped is not there', {
    runId: run?.spec.runId,
    childId: runId,
  })
}
