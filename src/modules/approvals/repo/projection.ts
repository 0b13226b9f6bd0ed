// How an approval appears in the index, as reported by its run. A report that is older than the row changes nothing.
import type { Json } from '../../../core/json.ts'
import { upsertAll } from '../../../db/report.ts'
import { type Statement, statement } from '../../../db/statement.ts'

const APPROVAL_COLUMNS = [
  'id',
  'team_id',
  'run_id',
  'workflow_id',
  'path',
  'status',
  'title',
  'message',
  'form',
  'assignees',
  'quorum',
  'allow_self',
  'decisions',
  'started_by',
  'starters',
  'seq',
  'created_at',
  'expires_at',
  'decided_at',
] as const

const UPSERT_APPROVALS = upsertAll('approvals', APPROVAL_COLUMNS, 'excluded.seq >= approvals.seq')

export async function upsertApproval(d1: D1Database, row: Record<string, Json>): Promise<void> {
  await d1
    .prepare(UPSERT_APPROVALS)
    .bind(JSON.stringify([row]))
    .run()
}

/** Deletes the approvals of a deleted run. */
export const cancelApprovalsOf = (runId: string, now: number): Statement =>
  statement(
    "UPDATE approvals SET status = 'cancelled', decided_at = ?2, remind_at = NULL WHERE run_id = ?1 AND status = 'pending'",
    runId,
    now,
  )
