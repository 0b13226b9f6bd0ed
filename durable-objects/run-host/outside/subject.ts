// What a run works for is told of its end.
import type { QueueMessage } from '../../../src/queue/messages/index.ts'
import type { RunShell } from '../run-shell.ts'
import { hideStored } from '../show/redaction.ts'
import { cancellerOf } from '../show/view.ts'

/** Null where nobody waits for it. */
export function subjectMessage(machine: RunShell): QueueMessage | null {
  const run = machine.requireRun()
  const { kind, subjectId, teamId, runId } = run.spec
  if (subjectId === undefined || (kind !== 'deployment' && kind !== 'import')) return null
  const error = hideStored(run.state.run.error, run)
  const end = {
    status: run.state.run.status as 'succeeded' | 'failed' | 'cancelled',
    error: error === null ? null : { code: error.code, message: error.message },
  }
  if (kind === 'import') return { type: 'import.ended', teamId, importId: subjectId, runId, ...end }
  const cancelledBy = cancellerOf(run, machine.store)
  return { type: 'deployment.ended', teamId, deploymentId: subjectId, runId, ...end, cancelledBy }
}
