import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { mermaidOf } from '../pure/mermaid.ts'
import { ID } from '../task-path.ts'
import { GraphQuery, TaskGraph, TaskTree } from './schema.ts'
import { getGraph, getHierarchy } from './service.ts'

export const graphRoutes = router()
  .get(
    `${ID}/hierarchy`,
    access('tasks:read'),
    doc('tasks.getHierarchy', 'Get a task with all its subtasks', 200, TaskTree),
    async (c) => c.json((await getHierarchy(c.var.ctx, c.req.param('id'))) as never),
  )
  .get(
    `${ID}/dependencies`,
    access('tasks:read'),
    doc('tasks.getGraph', 'Get the graph of dependencies around a task', 200, TaskGraph, {
      otherMediaTypes: ['text/plain'],
    }),
    validate('query', GraphQuery),
    async (c) => {
      const graph = await getGraph(c.var.ctx, c.req.param('id'))
      return c.req.valid('query').format === 'mermaid' ? c.text(mermaidOf(graph)) : c.json(graph)
    },
  )
