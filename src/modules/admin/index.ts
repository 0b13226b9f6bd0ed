import { DAY_MS } from '../../core/clock.ts'
import { defineModule } from '../define-module.ts'
import { adminRoutes } from './routes/index.ts'
import { userRoutes } from './routes/users.ts'
import { rollUpStats } from './stats/roll-up.ts'

/** How long hourly and daily figures are kept. */
const HOURS_LIFE_MS = 30 * DAY_MS
const DAYS_LIFE_MS = 3 * 366 * DAY_MS

export const adminModule = defineModule({
  name: 'admin',
  routes: [
    ['/api/v1/admin', adminRoutes],
    // The path that clients of older systems use.
    ['/api/v1/users/admin/users', userRoutes],
  ],
  cron: [{ name: 'roll up statistics', run: rollUpStats }],
  expires: [
    { table: 'platform_stats', column: 'at', keepMs: HOURS_LIFE_MS, and: "size = 'hour'" },
    { table: 'platform_stats', column: 'at', keepMs: DAYS_LIFE_MS, and: "size = 'day'" },
    { table: 'platform_route_stats', column: 'at', keepMs: HOURS_LIFE_MS, and: "size = 'hour'" },
    { table: 'platform_route_stats', column: 'at', keepMs: DAYS_LIFE_MS, and: "size = 'day'" },
  ],
})
