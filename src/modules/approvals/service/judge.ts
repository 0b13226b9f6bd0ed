// Who may decide, and with what data. Checked before the run is asked: its object only checks that each person decides once.
import { AppError } from '../../../core/errors.ts'
import type { Json } from '../../../core/json.ts'
import { checkValue } from '../../../engine/json-schema/check-value.ts'
import { compileSchema } from '../../../engine/json-schema/compile.ts'
import type { Decide } from '../../../objects/workflow-run.ts'
import type { ApprovalRow } from '../repo/approvals.ts'
import type { DecideApproval } from '../schema.ts'

/** `email` is null unless it is verified. */
export type Decider = { userId: string; email: string | null }

type Asking = Pick<ApprovalRow, 'allowSelf' | 'starters' | 'alone'>

const isStarter = ({ starters }: Pick<ApprovalRow, 'starters'>, userId: string): boolean =>
  (JSON.parse(starters) as string[]).includes(userId)

/** The person who started the run may decide only if the approval allows it, or if there is nobody else. */
export const mayDecide = (asking: Asking, userId: string): boolean =>
  asking.allowSelf === 1 || asking.alone === 1 || !isStarter(asking, userId)

export function requireDecider(row: ApprovalRow, { userId, email }: Decider): void {
  if (!mayDecide(row, userId))
    throw new AppError('access.denied', {
      detail: 'The person who started the run cannot decide this approval.',
    })
  const assignees = JSON.parse(row.assignees) as string[]
  const isAsked = assignees.some((one) => one === userId || (email !== null && one.toLowerCase() === email))
  if (assignees.length > 0 && !isAsked)
    throw new AppError('access.denied', { detail: 'This approval is assigned to other people.' })
}

/** The decision as the run records it. The form applies to approvals; the data of a rejection is stored unchecked. */
export function decisionOf(row: ApprovalRow, { userId }: Decider, body: DecideApproval): Decide {
  const data = (body.data ?? null) as Json
  if (row.form !== null && body.decision === 'approve') requireForm(row.form, data)
  return {
    approvalId: row.id,
    by: userId,
    decision: body.decision,
    comment: body.comment?.trim() || null,
    data,
    isStarter: isStarter(row, userId),
  }
}

function requireForm(form: string, data: Json): void {
  const schema = compileSchema(JSON.parse(form))
  if (!schema.ok) return
  const errors = checkValue(schema.value, data ?? {})
  if (errors.length === 0) return
  throw new AppError('request.invalid', {
    detail: 'The data does not match the form.',
    errors: errors.map(({ path, message, code }) => ({ path: `/data${path}`, message, code })),
  })
}

export function requirePending(row: ApprovalRow): void {
  if (row.status !== 'pending')
    throw new AppError('resource.conflict', { detail: `The approval is already settled: ${row.status}.` })
}
