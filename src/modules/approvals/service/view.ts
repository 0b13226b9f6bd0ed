import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import type { ApprovalRow } from '../repo/approvals.ts'
import type { Approval } from '../schema.ts'

export const toApproval = (row: ApprovalRow): Approval => ({
  id: row.id,
  teamId: row.teamId,
  runId: row.runId,
  workflowId: row.workflowId,
  path: row.path,
  status: row.status,
  title: row.title,
  message: row.message,
  form: row.form === null ? null : JSON.parse(row.form),
  assignees: JSON.parse(row.assignees) as string[],
  unknownAssignees: JSON.parse(row.unknown) as string[],
  quorum: row.quorum,
  allowSelf: row.allowSelf === 1,
  decisions: JSON.parse(row.decisions) as Approval['decisions'],
  startedBy: row.startedBy,
  createdAt: toIso(row.createdAt),
  expiresAt: toIsoOrNull(row.expiresAt),
  decidedAt: toIsoOrNull(row.decidedAt),
})
