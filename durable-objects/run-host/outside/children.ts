// A pause reaches the runs that this one waits for, and its end does, too. Runs that nobody waits for go on by themselves.
// What is told is how things stand when it is told, so messages that overtake each other do no harm.
import type { RunEvent } from '../../../src/engine/model/event.ts'
import { workflowRun } from '../../../src/objects/workflow-run.ts'
import type { RunShell } from '../run-shell.ts'

/** Whom a pause came from: a run that a person has paused stays so when its parent goes on. */
const PAUSED_BY = 'pausedBy'
const PARENT = 'parent'

/** Part of each turn: writes down which children must hear of it. */
export function followPause(machine: RunShell, wasPaused: boolean, events: readonly RunEvent[]): void {
  const { activations, open, run } = machine.requireRun().state
  const childOf = (path: string): string | undefined => {
    const wait = activations.get(path)?.wait
    return wait?.kind === 'child' ? wait.name : undefined
  }
  const paths = run.paused !== wasPaused ? open : run.paused ? pathsIn(events) : []
  for (const path of paths) {
    const runId = childOf(path)
    if (runId !== undefined) machine.tell('hold_child', { runId })
  }
}

const pathsIn = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'node.waiting' ? [event.path] : []))

export async function holdChild(machine: RunShell, runId: string): Promise<void> {
  const { paused } = machine.requireRun().state.run
  await workflowRun(machine.env.RUNS, runId).control(paused ? 'pause' : 'resume', PARENT)
}

/** Whether the run goes on at this request. */
export const mayResume = (machine: RunShell, by: string): boolean =>
  by !== PARENT || machine.store.readMeta(PAUSED_BY) === PARENT

/** A person's pause outlasts that of the parent. */
export function notePause(machine: RunShell, by: string, wasPaused: boolean): void {
  if (!wasPaused || by !== PARENT) machine.store.writeMeta(PAUSED_BY, by)
}
