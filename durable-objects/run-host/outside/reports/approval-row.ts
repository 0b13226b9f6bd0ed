// The row of the index for a wait for an approval.
import type { Json } from '../../../../src/core/json.ts'
import { startersOf } from '../../../../src/objects/run-spec.ts'
import type { RunStore } from '../../rows/store.ts'
import { hideStored } from '../../show/redaction.ts'
import type { Run } from '../../turn/scope.ts'

export function approvalRow(run: Run, store: RunStore, path: string): Record<string, Json> | null {
  const wait = store.readWait(path)
  const activation = run.state.activations.get(path)
  if (wait?.approvalId == null || activation === undefined) return null
  const { spec, state } = run
  const { detail, decisions } = hideStored(
    { detail: isFields(wait.detail) ? wait.detail : {}, decisions: wait.decisions },
    run,
  )
  const open = activation.status === 'waiting' && activation.attempt === wait.attempt
  return {
    id: wait.approvalId,
    teamId: spec.teamId,
    runId: spec.runId,
    workflowId: spec.workflowId,
    path,
    status: open ? 'pending' : settledAs(activation.status, activation.port),
    title: String(detail.title ?? path),
    message: String(detail.message ?? ''),
    form: detail.form == null ? null : JSON.stringify(detail.form),
    assignees: JSON.stringify(detail.assignees ?? []),
    quorum: Number(detail.quorum ?? 1),
    allowSelf: detail.allowSelf === false ? 0 : 1,
    decisions: JSON.stringify(decisions),
    startedBy: spec.startedBy,
    starters: JSON.stringify(startersOf(spec)),
    seq: state.run.seq,
    createdAt: wait.since,
    expiresAt: (activation.timer?.kind === 'timeout' ? activation.timer.at : activation.wait?.until) ?? null,
    decidedAt: open ? null : activation.finishedAt,
  }
}

const isFields = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const settledAs = (status: string, port: string | null): string =>
  status === 'cancelled'
    ? 'cancelled'
    : port === 'approved'
      ? 'approved'
      : port === 'rejected'
        ? 'rejected'
        : 'timeout'
