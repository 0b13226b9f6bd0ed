import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import {
  CountTasks,
  MetricsQuery,
  StatsQuery,
  TaskCounts,
  TaskMetrics,
  TaskPerformance,
  TaskStats,
} from './schema.ts'
import { countTasks, getMetrics, getPerformance, getStats } from './service.ts'

export const statsRoutes = router()
  .get(
    '/stats/summary',
    access('tasks:read'),
    doc('tasks.getStats', 'Sum up the tasks of the team', 200, TaskStats),
    async (c) => c.json(await getStats(c.var.ctx)),
  )
  .get(
    '/counts',
    access('tasks:read'),
    doc('tasks.count', 'Count tasks by their status', 200, TaskCounts, {
      description: 'Takes the filters of the list.',
    }),
    validate('query', CountTasks),
    async (c) => c.json(await countTasks(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    '/metrics',
    access('tasks:read'),
    doc('tasks.getMetrics', 'Count tasks by day, type, agent and assignee', 200, TaskMetrics),
    validate('query', MetricsQuery),
    async (c) => c.json(await getMetrics(c.var.ctx, c.req.valid('query'))),
  )
  .get(
    '/performance',
    access('tasks:read'),
    doc('tasks.getPerformance', 'Say how long tasks take', 200, TaskPerformance),
    validate('query', StatsQuery),
    async (c) => c.json(await getPerformance(c.var.ctx, c.req.valid('query'))),
  )
