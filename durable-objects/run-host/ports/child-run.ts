// What all ports share that start a run from a node.
import { AppError } from '../../../src/core/errors.ts'
import type { Json } from '../../../src/core/json.ts'
import { smallestPlan } from '../../../src/core/plans.ts'
import { isTerminal as isEnd } from '../../../src/engine/model/state.ts'
import type { OwnFamily } from '../../../src/modules/runs/index.ts'
import { NodeFailure, PlatformUnavailable } from '../../../src/nodes/node.ts'
import type { ChildRun } from '../../../src/nodes/ports.ts'
import type { RunSpec } from '../../../src/objects/run-spec.ts'
import type { RunView } from '../../../src/objects/workflow-run.ts'
import { countDescendant } from '../outside/other-runs/family.ts'
import type { RunStore } from '../rows/store.ts'
import { slotOf } from '../rows/stored-slot.ts'
import type { Run } from '../turn/scope.ts'

export const MAX_DEPTH = 16

/** The fields of a child's spec that come from its parent. */
export function childSpec(parent: RunSpec, path: string, wait: boolean) {
  const depth = (parent.depth ?? 0) + 1
  if (depth > MAX_DEPTH)
    throw refuse('workflow.too_deep', `Workflows start each other at most ${MAX_DEPTH} deep`)
  return {
    ...(parent.starters === undefined ? {} : { starters: parent.starters }),
    parent: { runId: parent.runId, path, wait },
    startedBy: parent.startedBy,
    trigger: { type: 'workflow' as const, runId: parent.runId },
    depth,
    ...(parent.goesOnWith === undefined ? {} : { goesOnWith: parent.goesOnWith }),
    // A run from before families were counted becomes the root of one.
    family: parent.family ?? { root: parent.runId, most: smallestPlan.descendantRuns },
    // A queued child would wait for its parent, which waits for it.
    ...(wait ? { slot: { of: slotOf(parent) } } : {}),
  }
}

/**
 * The root of a family counts in its own tables. A call to itself would still be open when a turn fails, and an
 * object that is aborted during a call to itself takes the whole process down.
 */
export function ownFamily(run: Run, store: RunStore): OwnFamily | undefined {
  const { family, runId } = run.spec
  if (family !== undefined && family.root !== runId) return undefined
  return {
    count: (child) => stored(() => countDescendant({ run, store }, child)),
    uncount: (child) => stored(() => store.removeDescendant(child)),
  }
}

type Ended = NonNullable<ChildRun['ended']>['status']

export function childOf(runId: string, view: Pick<RunView, 'status' | 'output' | 'error'> | null): ChildRun {
  if (view === null) throw refuse('workflow.child_gone', `The run ${runId} was deleted`)
  const { status, output, error } = view
  return { runId, ended: isEnd(status) ? { status: status as Ended, output, error } : null }
}

/** The run's own tables count as a binding: if a write fails, the attempt is deferred. */
export function stored<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new PlatformUnavailable('The storage of the run', error)
  }
}

export async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof AppError ? asFailure(error) : error
  }
}

const asFailure = (error: AppError): NodeFailure =>
  new NodeFailure({
    code: error.code,
    message: error.message,
    retryable: false,
    ...(error.errors ? { details: error.errors as unknown as Json } : {}),
  })

export const refuse = (code: string, message: string): NodeFailure =>
  new NodeFailure({ code, message, retryable: false })
