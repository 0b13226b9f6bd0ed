// Child runs. Invariants:
// 1. An attempt that is repeated after a crash finds its child. An attempt after a failed one retries the child of
//    that one, so its work is kept.
// 2. A child that is waited for uses its parent's slot of the team. Any other needs its own slot, and is queued until
//    one is free.
// 3. The workflow belongs to the parent's team.
import { openContext } from '../../../src/context.ts'
import { derivedId } from '../../../src/core/ids.ts'
import type { Json } from '../../../src/core/json.ts'
import { firstOf } from '../../../src/db/hot-read.ts'
import { isTerminal as isEnd } from '../../../src/engine/model/state.ts'
import type { Env } from '../../../src/env.ts'
import {
  followChild,
  lastRetryOf,
  runIdOf,
  startRunnable,
  wantsOwn,
} from '../../../src/modules/runs/index.ts'
import { findRunnable, findRunnableByKey, type Runnable } from '../../../src/modules/workflows/index.ts'
import type { ChildRun, RunsPort } from '../../../src/nodes/ports.ts'
import { workflowRun } from '../../../src/objects/workflow-run.ts'
import type { RunStore, StoredChild } from '../rows/store.ts'
import { isEnded } from '../turn/effects.ts'
import type { Run } from '../turn/scope.ts'
import { ask } from './binding.ts'
import { answered, childOf, childSpec, ownFamily, refuse, stored } from './child-run.ts'
import { knownChild } from './children.ts'
import { inTurn } from './in-turn.ts'

type Asked = { path: string; failures: number; signal: AbortSignal }
type Parent = { env: Env; run: Run; store: RunStore; isChanged: boolean; now: () => number }

export function runsPort({ env, run, store, isChanged, now }: Parent): RunsPort {
  const parent = run.spec
  const family = ownFamily(run, store)
  const context = openContext(env, { now, requestId: parent.requestId, defer: (work) => void work })
  const view = (runId: string) => ask('The run', () => workflowRun(env.RUNS, runId).view({ output: true }))
  const last = (runId: string) => ask('The run', () => lastRetryOf(context, parent.teamId, runId))

  const inTurnAnswered = <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
    inTurn(parent.teamId, signal, now, () => answered(work))

  const forChild = (path: string, wait: boolean) => childSpec(parent, path, wait)

  /**
   * Called before each start. A later cancel finds the child by this id. After an earlier cancel, no child is started.
   */
  function rememberChild(signal: AbortSignal, path: string, child: StoredChild): void {
    signal.throwIfAborted()
    stored(() => store.writeChild(path, child))
  }

  /** Stops a child whose attempt is over. */
  async function stopped(runId: string): Promise<void> {
    await ask('The run', () => workflowRun(env.RUNS, runId).control('cancel', 'parent'))
  }

  /** A retry of that run, or the run itself if it succeeded or is still active. Null if it was deleted. */
  async function retried(
    runId: string,
    { path, failures, present, signal }: Asked & { present: Runnable | null },
  ): Promise<ChildRun | null> {
    let found = await last(runId)
    if (found !== null && found.runId === runId && !isEnd(found.status)) {
      await stopped(runId)
      found = await last(runId)
    }
    if (found === null) return null
    const follows = found.runId
    const remember = (id: string) => rememberChild(signal, path, { runId: id, failures, follows })
    if (found.status === 'succeeded' || !isEnd(found.status)) {
      remember(follows)
      return childOf(follows, await view(follows))
    }
    const more = forChild(path, true)
    const next = await ask('The run', () =>
      followChild(context, {
        ...{ runId: follows, mode: 'retry', more, remember, family },
        ...(present === null ? {} : { present }),
      }),
    )
    return next === null ? null : childOf(next.id, next)
  }

  return {
    startChild: (child) =>
      inTurnAnswered(child.signal, async () => {
        const { workflow, version, path, wait, failures, idempotencyKey, signal } = child
        const more = forChild(path, wait)
        const runnable = await ask('The database', () =>
          'id' in workflow
            ? firstOf(env.DB, findRunnable(parent.teamId, workflow.id, version ?? null))
            : findRunnableByKey(env.DB, parent.teamId, workflow.key, version ?? null),
        )
        if (runnable === null) {
          const name = 'id' in workflow ? workflow.id : `with the key ${workflow.key}`
          const what = version === undefined ? name : `${name} in version ${version}`
          throw refuse('workflow.not_found', `There is no workflow ${what}`)
        }
        const { own, before } = wait
          ? knownChild(run, store, { path, failures, isChanged })
          : { own: null, before: null }
        const mine = own === null ? null : await view(own)
        let started = own !== null && mine !== null ? childOf(own, mine) : null
        if (started === null && before !== null) {
          const isFresh = failures === 0 && parent.goesOnWith === 'current' && version === undefined
          started = await retried(before, { path, failures, signal, present: isFresh ? runnable : null })
        }
        if (started === null) {
          const once = `child ${parent.runId} ${path} ${failures}`
          const place = { teamId: runnable.teamId, id: runnable.id, isOwn: wantsOwn(runnable) }
          const runId = own ?? (await runIdOf(context.settings, place, once))
          const named = async (id: string) => {
            if (wait) rememberChild(signal, path, { runId: id, failures })
          }
          const { trigger, startedBy, ...rest } = more
          const keyRoot = await derivedId('run', `effects ${idempotencyKey}`)
          const { execution } = await ask('The run', () =>
            startRunnable(context, runnable, {
              ...{ trigger, startedBy, once, runId, named, options: {}, family },
              input: child.input as Json | undefined,
              more: { ...rest, keyRoot },
            }),
          )
          started = childOf(execution.id, execution)
        }
        if (wait && isEnded(signal)) await stopped(started.runId)
        return started
      }),

    undoChild: ({ path, failures, signal }) =>
      inTurnAnswered(signal, async () => {
        const { own, before } = knownChild(run, store, { path, failures, isChanged: false })
        const mine = own === null ? null : await view(own)
        if (own !== null && mine !== null) return childOf(own, mine)
        const undone = run.state.adopted.get(run.state.activations.get(path)?.undoes ?? '')?.child
        const did = undone === undefined ? null : await last(undone)
        if (did === null) throw refuse('workflow.child_gone', `The run ${undone} was deleted`)
        if (!isEnd(did.status)) await stopped(did.runId)
        // Also continues a compensation that a person has started.
        const begun = before ?? did.compensation
        const again = begun === null ? null : await retried(begun, { path, failures, signal, present: null })
        if (again !== null) return again
        const remember = (runId: string) => rememberChild(signal, path, { runId, failures })
        const more = forChild(path, true)
        const next = await ask('The run', () =>
          followChild(context, { runId: did.runId, mode: 'compensate', more, remember, family }),
        )
        if (next !== null && isEnded(signal)) await stopped(next.id)
        return next === null ? null : childOf(next.id, next)
      }),
  }
}
