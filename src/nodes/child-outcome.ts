// The result of a node that started a child run and waited for it.
import { MINUTE_MS } from '../core/clock.ts'
import type { NodeError } from '../engine/model/event.ts'
import type { NodeResult } from './node.ts'
import type { ChildRun } from './ports.ts'

export function outcomeOfChild({ runId, ended }: ChildRun, nowMs: number): NodeResult {
  if (ended === null)
    return { wait: { kind: 'child', name: runId, until: nowMs + MINUTE_MS, onDue: 'resume' } }
  return ended.status === 'succeeded' ? { output: ended.output } : { error: failureOf(runId, ended) }
}

/** As reported by the run object when the child has ended later. */
function failureOf(runId: string, { status, error }: NonNullable<ChildRun['ended']>): NodeError {
  const { code, message } = (error ?? {}) as { code?: string; message?: string }
  return {
    code: status === 'cancelled' ? 'workflow.child_cancelled' : (code ?? 'workflow.child_failed'),
    message: message ?? `The run ${runId} ${status === 'cancelled' ? 'was cancelled' : 'has failed'}`,
    details: { runId },
  }
}
