// Child runs. Invariants:
// 1. The id follows from parent, path and failures, so a second try after a crash finds the child of the first; only
//    an attempt that has failed is followed by a child of its own.
// 2. A child that is waited for works in its parent's slot of the team; another takes one of its own, and is queued while none
//    is free.
// 3. The workflow is one of the parent's team, or there is none.
import { openContext } from '../../../src/context.ts'
import { AppError } from '../../../src/core/errors.ts'
import { derivedId } from '../../../src/core/ids.ts'
import type { Json } from '../../../src/core/json.ts'
import { smallestPlan } from '../../../src/core/plans.ts'
import type { Env } from '../../../src/env.ts'
import { startRunnable } from '../../../src/modules/executions/index.ts'
import { loadRunnable, loadRunnableByKey } from '../../../src/modules/workflows/index.ts'
import { NodeFailure } from '../../../src/nodes/node.ts'
import type { ChildRun, RunsPort } from '../../../src/nodes/ports.ts'
import { type RunSpec, workflowRun } from '../../../src/objects/workflow-run.ts'
import { slotOf } from '../stored-slot.ts'
import { ask } from './binding.ts'
import { inTurn } from './in-turn.ts'

export const MOST_DEPTH = 16

const ENDED: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled'])

export function runsPort(env: Env, parent: RunSpec, now: () => number): RunsPort {
  return {
    startChild: (child) => inTurn(parent.teamId, child.signal, now, () => start(child)),
  }

  async function start(child: Parameters<RunsPort['startChild']>[0]): Promise<ChildRun> {
    const depth = (parent.depth ?? 0) + 1
    if (depth > MOST_DEPTH)
      throw refuse('workflow.too_deep', `Workflows start each other at most ${MOST_DEPTH} deep`)
    const { workflow, version, path, wait, failures, idempotencyKey, signal } = child
    const runnable = await ask('The database', () =>
      'id' in workflow
        ? loadRunnable(env.DB, parent.teamId, workflow.id, version ?? null)
        : loadRunnableByKey(env.DB, parent.teamId, workflow.key, version ?? null),
    )
    if (runnable === null) {
      const name = 'id' in workflow ? workflow.id : `with the key ${workflow.key}`
      const what = version === undefined ? name : `${name} in version ${version}`
      throw refuse('workflow.not_found', `There is no workflow ${what}`)
    }
    const keyRoot = await derivedId('run', `effects ${idempotencyKey}`)
    const context = openContext(env, { now, requestId: parent.requestId, defer: (work) => void work })
    try {
      const { execution } = await ask('The run', () =>
        startRunnable(context, runnable, {
          input: child.input as Json | undefined,
          trigger: { type: 'workflow', runId: parent.runId },
          startedBy: parent.startedBy,
          options: {},
          once: `child ${parent.runId} ${path} ${failures}`,
          more: {
            ...(parent.starters === undefined ? {} : { starters: parent.starters }),
            parent: { runId: parent.runId, path, wait },
            depth,
            keyRoot,
            // A run of before families were counted begins one.
            family: parent.family ?? { root: parent.runId, most: smallestPlan.descendantRuns },
            // It would wait for its parent, which waits for it.
            ...(wait ? { slot: { of: slotOf(parent) } } : {}),
          },
        }),
      )
      if (wait && signal.aborted) await workflowRun(env.RUNS, execution.id).control('cancel', 'parent')
      return { runId: execution.id, ended: endOf(execution) }
    } catch (error) {
      if (error instanceof AppError) throw asFailure(error)
      throw error
    }
  }
}

const endOf = ({ status, output, error }: { status: string; output: unknown; error: unknown }) =>
  ENDED.has(status) ? ({ status, output, error } as ChildRun['ended']) : null

const asFailure = (error: AppError): NodeFailure =>
  new NodeFailure({
    code: error.code,
    message: error.message,
    retryable: false,
    ...(error.errors ? { details: error.errors as unknown as Json } : {}),
  })

const refuse = (code: string, message: string): NodeFailure =>
  new NodeFailure({ code, message, retryable: false })
