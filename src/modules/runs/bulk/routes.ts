import { access } from '../../../http/auth.ts'
import { keyedByObject } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { idempotencyKeyOf } from '../prefer.ts'
import { BulkFollow, BulkRunResults, BulkRuns, BulkSignal } from './schema.ts'
import { bulkCancel, bulkDelete, bulkFollow, bulkSignal } from './service.ts'

export const bulkRoutes = router()
  .post(
    '/bulk/cancel',
    access('runs:write'),
    doc('runs.bulk.cancel', 'Cancel many runs, with one result for each', 200, BulkRunResults),
    validate('json', BulkRuns),
    async (c) => c.json(await bulkCancel(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/bulk/signal',
    access('runs:write'),
    doc('runs.bulk.signal', 'Send a signal to many runs, with one result for each', 200, BulkRunResults),
    validate('json', BulkSignal),
    async (c) => c.json(await bulkSignal(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/bulk/delete',
    access('runs:write'),
    doc(
      'runs.bulk.delete',
      'Delete many ended runs and their events, with one result for each',
      200,
      BulkRunResults,
    ),
    validate('json', BulkRuns),
    async (c) => c.json(await bulkDelete(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/bulk/retry',
    access('runs:write'),
    keyedByObject,
    doc('runs.bulk.retry', 'Retry many runs, with one result for each', 200, BulkRunResults),
    validate('json', BulkFollow),
    async (c) => c.json(await bulkFollow(c.var.ctx, 'retry', c.req.valid('json'), idempotencyKeyOf(c))),
  )
  .post(
    '/bulk/rerun',
    access('runs:write'),
    keyedByObject,
    doc('runs.bulk.rerun', 'Rerun many runs, with one result for each', 200, BulkRunResults),
    validate('json', BulkFollow),
    async (c) => c.json(await bulkFollow(c.var.ctx, 'rerun', c.req.valid('json'), idempotencyKeyOf(c))),
  )
