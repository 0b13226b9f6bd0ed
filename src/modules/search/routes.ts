import { access } from '../../http/auth.ts'
import { doc, validate } from '../../http/openapi.ts'
import { router } from '../../http/router.ts'
import { FoundPage, SearchQuery } from './schema.ts'
import { search } from './service.ts'

export const searchRoutes = router().get(
  '/',
  access('workflows:read'),
  doc('search.list', 'Find things of the team', 200, FoundPage, {
    description:
      'Finds workflows by name, key and description, the newest 2,000 runs by title and workflow, agents and integrations by name and description, and the newest 2,000 files and deployments by name and project. All are also found by their id or the end of it. Finds tasks by words in the title, description and result. API keys find each kind only with the scope to read it.',
  }),
  validate('query', SearchQuery),
  async (c) => c.json(await search(c.var.ctx, c.req.valid('query'))),
)
