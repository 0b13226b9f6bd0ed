// A wait for a child run. The child reports its end. That message may be lost, so the parent also asks the child.
import type { Json } from '../../../../src/core/json.ts'
import { isTerminal, type RunStatus } from '../../../../src/engine/model/state.ts'
import { isDeleted } from '../../../../src/modules/runs/index.ts'
import { workflowRun } from '../../../../src/objects/workflow-run.ts'
import type { RunShell } from '../../run-shell.ts'
import { outcomeFact } from '../../turn/outcome.ts'

const POLL_MS = 60_000

export type ChildEnd = { runId: string; path: string; status: RunStatus; output: Json; error: Json }

export async function checkChild(machine: RunShell, path: string, attempt: number): Promise<void> {
  const wait = machine.run?.state.activations.get(path)?.wait
  if (wait?.kind !== 'child' || wait.name === undefined) return
  try {
    const view = await workflowRun(machine.env.RUNS, wait.name).view({ output: true, raw: true })
    if (view === null) return await childGone(machine, path, wait.name)
    if (isTerminal(view.status)) {
      await childEnded(machine, {
        runId: wait.name,
        path,
        status: view.status,
        output: view.output,
        error: view.error,
      })
      return
    }
  } catch {
    // Asked again when the wait is due, unless the child was deleted.
    if (await isDeleted(machine.env.DB, wait.name).catch(() => false))
      return await childGone(machine, path, wait.name)
  }
  if (machine.run !== null) {
    machine.feed([
      { fact: { type: 'node.waiting', path, attempt, wait: { ...wait, until: machine.now() + POLL_MS } } },
    ])
  }
}

async function childGone(machine: RunShell, path: string, runId: string): Promise<void> {
  const error = { code: 'workflow.child_gone', message: `The run ${runId} was deleted` }
  await childEnded(machine, { runId, path, status: 'failed', output: null, error })
}

export async function childEnded(machine: RunShell, child: ChildEnd): Promise<void> {
  const activation = machine.run?.state.activations.get(child.path)
  if (activation?.wait?.kind !== 'child' || activation.wait.name !== child.runId) return
  const { path, attempt } = activation
  // If the output of the child cannot be read, the parent cannot continue with it.
  if (child.status === 'succeeded' && child.error === null) {
    await machine.runRecorded([
      outcomeFact(machine.shell, path, attempt, { output: child.output }, machine.now()),
    ])
    return
  }
  const { code, message } = (child.error ?? {}) as { code?: string; message?: string }
  const error = {
    code: child.status === 'cancelled' ? 'workflow.child_cancelled' : (code ?? 'workflow.child_failed'),
    message:
      message ?? `The run ${child.runId} ${child.status === 'cancelled' ? 'was cancelled' : 'has failed'}`,
    details: { runId: child.runId },
  }
  await machine.runRecorded([{ fact: { type: 'node.failed', path, attempt, error } }])
}
