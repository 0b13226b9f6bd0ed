import { defineModule } from '../define-module.ts'
import { usageExport } from './repo/export.ts'
import { usageRoutes } from './routes.ts'

export {
  addDailyUsage,
  addUsage,
  counterSql,
  countRunsOnce,
  countSpendOnce,
  dailyUsageSql,
  LEVEL_PERIOD,
  LEVELS,
  recountUsage,
  type UsageFlow,
  type UsageLevel,
} from './repo/counters.ts'
export { countSlots, freeSlotsSql, unleasedSlotsSql } from './repo/slots.ts'
export { findSpend, type Spend } from './repo/spend.ts'
export { findUsage, MAX_KEYS_PER_MEMBER, type UsageRow } from './repo/usage.ts'
export { Period } from './schema.ts'
export { getTeamUsage } from './service.ts'

export const usageModule = defineModule({
  name: 'usage',
  routes: [['/api/v1/teams', usageRoutes]],
  exportLists: usageExport,
})
