import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { FoundPage, SearchQuery } from './schema.ts'
import { search } from './service.ts'

export const searchRoutes = router().get(
  '/',
  access('workflows:read'),
  doc('search.list', 'Find workflows, runs and tasks', 200, FoundPage, {
    description:
      'Workflows by name, key and description, runs by title and workflow among the newest 2,000, and both by their ids or the ends of them. Tasks by words of title, description and result. Runs are left out for keys without `runs:read`, tasks for those without `tasks:read`.',
  }),
  validate('query', SearchQuery),
  async (c) => c.json(await search(c.var.ctx, c.req.valid('query'))),
)
