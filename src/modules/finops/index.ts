import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { checkBudget } from './budgets/check.ts'
import { finopsExport } from './export-repo.ts'
import { jobRoutes } from './jobs/routes.ts'
import { costRoutes, usageRoutes } from './routes.ts'
import { takeImportEnd } from './transfer/import/end.ts'
import { endGivenUpImports } from './transfer/import/run.ts'
import { startImportRun } from './transfer/import/start.ts'
import { endGivenUpExports, runExport, startDueExports } from './transfer/schedule/run.ts'

/** For operations that cost money immediately. */
export { type BudgetScope, type Reserved, reserveBudget, settleBudget } from './budgets/ledger.ts'
/** For a commit that changes the costs of a team in this month. */
export { budgetCheckMessage } from './budgets/repo.ts'

export { type ImportStep, stepImport } from './transfer/import/run.ts'

export const finopsModule = defineModule({
  name: 'finops',
  routes: [
    ['/api/v1/jobs', jobRoutes],
    ['/api/v1/costs', costRoutes],
    ['/api/v1/usage', usageRoutes],
  ],
  jobs: {
    'budget.check': checkBudget,
    'costs.export': runExport,
    'costs.import': startImportRun,
    'import.ended': takeImportEnd,
  },
  expires: [{ table: 'budget_holds', column: 'expires_at', keepMs: DAY_MS }],
  cron: [
    { name: 'start exports of costs', run: startDueExports },
    { name: 'end exports of costs that were given up', run: endGivenUpExports },
    { name: 'end imports that were given up', run: endGivenUpImports },
  ],
  exportLists: finopsExport,
})
