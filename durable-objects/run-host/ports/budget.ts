// The team's budget. What a call may cost is reserved before the call is made.
import {
  type BudgetScope,
  type Reserved,
  reserveBudget,
  settleBudget,
} from '../../../src/modules/finops/index.ts'
import type { BudgetPort } from '../../../src/nodes/ports.ts'
import { ask } from './binding.ts'

export const budgetPort = (
  scope: BudgetScope,
  log: (level: 'warn', message: string) => void,
): BudgetPort => ({
  reserve: async (call, signal) => {
    const reserved: Reserved = await ask('The database', () => reserveBudget(scope, call, signal))
    if (!reserved.ok) return reserved
    return {
      ok: true,
      settle: async (used) => {
        if (!reserved.isCounted) return
        // The call was made, and must not be repeated because settling failed. The reservation expires, and the run
        // reports the cost.
        await settleBudget(scope, call.key, used).catch(() =>
          log('warn', 'The cost of a call is not in the budget yet. The report of the run will add it.'),
        )
      },
    }
  },
})
