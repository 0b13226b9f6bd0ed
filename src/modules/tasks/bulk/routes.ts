import type { Context } from 'hono'
import type { AppEnv } from '../../../http/app-env.ts'
import { access } from '../../../http/auth.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { startBulk } from './run.ts'
import { BulkTaskResults, BulkTaskRun, BulkTasks, type BulkVerb } from './schema.ts'
import { bulkChange } from './service.ts'

const BY_FILTER = {
  description:
    'With `ids`, the response has a result for each. With a `filter`, it is 202: a run changes all matching tasks, and its output is the report.',
  otherAnswers: { 202: 'A run changes them.' },
}

async function bulk(c: Context<AppEnv>, verb: BulkVerb, { ids, filter }: BulkTasks): Promise<Response> {
  if (ids !== undefined) return c.json(await bulkChange(c.var.ctx, verb, ids), 200)
  return c.json(BulkTaskRun.parse(await startBulk(c.var.ctx, verb, filter ?? {})), 202)
}

export const bulkRoutes = router()
  .post(
    '/bulk/cancel',
    access('tasks:run'),
    doc('tasks.bulk.cancel', 'Cancel many tasks', 200, BulkTaskResults, BY_FILTER),
    validate('json', BulkTasks),
    (c) => bulk(c, 'cancel', c.req.valid('json')),
  )
  .post(
    '/bulk/retry',
    access('tasks:run'),
    doc('tasks.bulk.retry', 'Retry many tasks', 200, BulkTaskResults, BY_FILTER),
    validate('json', BulkTasks),
    (c) => bulk(c, 'retry', c.req.valid('json')),
  )
  .post(
    '/bulk/delete',
    access('tasks:write'),
    doc('tasks.bulk.delete', 'Delete many tasks', 200, BulkTaskResults, {
      ...BY_FILTER,
      description: `${BY_FILTER.description} Active tasks are not changed, and are reported.`,
    }),
    validate('json', BulkTasks),
    (c) => bulk(c, 'delete', c.req.valid('json')),
  )
