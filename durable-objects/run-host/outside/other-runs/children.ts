// Pausing or resuming a run also pauses or resumes the runs that it waits for, but not runs that no node waits for.
// The message contains the state at the time of sending, so messages may arrive in any order.
import type { RunEvent } from '../../../../src/engine/model/event.ts'
import { workflowRun } from '../../../../src/objects/workflow-run.ts'
import type { RunShell } from '../../run-shell.ts'

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
