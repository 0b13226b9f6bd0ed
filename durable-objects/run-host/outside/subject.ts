// What a run works for is told of its end.
import type { QueueMessage } from '../../../src/queue/messages/index.ts'
import type { RunShell } from '../run-shell.ts'
import { hideStored } from '../show/redaction.ts'
import { cancellerOf } from '../show/view.ts'

/** Null where nobody waits for it. */
export function subjectMessage(machine: RunShell): QueueMessage | null {
  const run = machine.requireRun()
  const { kind, subjectId, teamId, runId } = run.spec
  if (subjectId === undefined || kind !== 'deployment') return null
  const { status } = run.state.run
  const error = hideStored(run.state.run.error, run)
  return {
    ...{ type: 'deployment.ended', teamId, deploymentId: subjectId, runId },
    status: status as 'succeeded' | 'failed' | 'cancelled',
    error: error === null ? null : { code: error.code, message: error.message },
    cancelledBy: cancellerOf(run, machine.store),
  }
}
