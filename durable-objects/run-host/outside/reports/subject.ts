// The message about the end of a run to the deployment or import that it works for.
import type { QueueMessage } from '../../../../src/queue/messages/index.ts'
import type { RunShell } from '../../run-shell.ts'
import { hideStored } from '../../show/redaction.ts'
import { cancellerOf } from '../../show/view.ts'

/** Null if the run works for neither. */
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
