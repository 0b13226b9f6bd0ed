// The built-in templates. Each runs without any configuration; a test runs them all.
import type { BuiltIn } from './built-in.ts'
import { expenseApproval } from './expense-approval.ts'
import { hookReply } from './hook-reply.ts'
import { orderTriage } from './order-triage.ts'
import { repeatUntil } from './repeat-until.ts'
import { salesReport } from './sales-report.ts'
import { stepPerItem } from './step-per-item.ts'

/** Earlier than any template of a user, so that lists stay in order. */
export const BUILT_IN_SINCE = '2020-01-01T00:00:00.000Z'

export const BUILT_INS: readonly BuiltIn[] = [
  orderTriage,
  salesReport,
  stepPerItem,
  expenseApproval,
  hookReply,
  repeatUntil,
]
