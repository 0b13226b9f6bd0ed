import { access } from '../../../http/auth.ts'
import { doc } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { rebuildSearch } from './service.ts'

export const searchRoutes = router().post(
  '/search/rebuild',
  access('tasks:write'),
  doc('tasks.rebuildSearch', 'Build the search index of tasks anew', 204, null),
  async (c) => {
    await rebuildSearch(c.var.ctx, c.var.ctx.actor.teamId)
    return c.body(null, 204)
  },
)
