// Which effects of a run were undone later, by a compensation. Invariants:
// 1. A compensation that has started counts, including what it failed to undo: no run should build on effects that a
//    person may have to check.
// 2. A run that keeps outcomes of another run keeps none that was undone there afterwards.
import { undoPath } from '../../../../src/engine/model/path.ts'
import { isTerminal } from '../../../../src/engine/model/state.ts'
import type { Undone } from '../../../../src/objects/following-runs.ts'
import { workflowRun } from '../../../../src/objects/workflow-run.ts'
import { readFollowers, writeFollowers } from '../../rows/stored-followers.ts'
import type { RunShell } from '../../run-shell.ts'
import type { Run } from '../../turn/scope.ts'

/** The maximum length of a chain of runs that keep outcomes of each other. */
const MAX_ANCESTORS = 100

/** The paths, or the id of a compensation in progress. */
export async function compensatedOf(machine: RunShell): Promise<ReadonlySet<string> | string> {
  const own = await undoneHere(machine)
  if (own.inProgress !== null) return own.inProgress
  const paths = new Set(own.paths)
  const run = machine.requireRun()
  let before = own.before
  for (let at = 0; before !== null && at < MAX_ANCESTORS; at++) {
    const there = await workflowRun(machine.env.RUNS, before).undoneHere()
    if (there === null) break
    if (there.inProgress !== null) return there.inProgress
    for (const path of there.paths) if (isAdopted(run, path)) paths.add(path)
    before = there.before
  }
  return paths
}

export async function undoneHere(machine: RunShell): Promise<Undone> {
  const run = machine.requireRun()
  const before = keepsOutcomes(run) ? (run.spec.follows ?? run.spec.parent?.runId ?? null) : null
  const { compensate } = readFollowers(machine.store)
  if (compensate === undefined) return { paths: [], inProgress: null, before }
  if (compensate.undone !== undefined) return { paths: compensate.undone, inProgress: null, before }
  const paths: string[] = []
  let at: string | null = compensate.runId
  while (at !== null) {
    const answer = await workflowRun(machine.env.RUNS, at).undone()
    // The id of a compensation is stored before it starts.
    if (answer === null || !answer.hasEnded) return { paths, inProgress: at, before }
    paths.push(...answer.paths)
    at = answer.retry
  }
  return { paths, inProgress: null, before }
}

/** For a compensation: what it has undone, or tried to undo. */
export function undoneBy({
  run,
  store,
}: RunShell): { hasEnded: boolean; paths: string[]; retry: string | null } | null {
  if (run === null) return null
  const { activations, run: row } = run.state
  const paths = [...activations.keys()].filter((path) => activations.has(undoPath(path)))
  return { hasEnded: isTerminal(row.status), paths, retry: readFollowers(store).retry?.runId ?? null }
}

/** Called before a compensation is deleted. */
export function recordUndone({ run, store }: RunShell, runId: string, paths: string[]): void {
  if (run === null) return
  const followers = readFollowers(store)
  if (followers.compensate?.runId !== runId) return
  writeFollowers(store, { ...followers, compensate: { ...followers.compensate, undone: paths } })
}

const keepsOutcomes = ({ spec, state }: Run): boolean =>
  (spec.mode === 'retry' || spec.mode === 'rerun') && state.adopted.size > 0

function isAdopted({ state }: Run, path: string): boolean {
  const activation = state.activations.get(path)
  return activation === undefined ? state.adopted.has(path) : activation.adopted
}
