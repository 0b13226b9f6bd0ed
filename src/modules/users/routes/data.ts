import { access } from '../../../http/auth.ts'
import { doc } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { UserStats } from '../schema/data.ts'
import { getStats } from '../service/stats.ts'

export const dataRoutes = router().get(
  '/stats',
  access('profile:read'),
  doc('users.getStats', 'Get your account statistics', 200, UserStats),
  async (c) => c.json(await getStats(c.var.ctx)),
)
