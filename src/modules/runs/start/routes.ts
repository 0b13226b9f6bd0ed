// Routes that start runs. They are mounted under workflows, because a start names one.
import type { Context } from 'hono'
import { idPattern } from '../../../core/ids.ts'
import { isTerminal } from '../../../engine/model/state.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { keyedByObject } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { idempotencyKeyOf, waitMsOf } from '../prefer.ts'
import { listExecutions } from '../read/service.ts'
import { shown } from '../read/view.ts'
import { Execution, ExecutionPage, ListExecutions } from '../schema.ts'
import { startBatch } from './batch.ts'
import { BulkResults, StartBatch, StartRun } from './schema.ts'
import { startRun } from './service.ts'

const ID = `:id{${idPattern('wf')}}` as const

export const answerRun = (c: Context<AppEnv>, execution: Execution): Response => {
  const ended = isTerminal(execution.status)
  c.header('Location', `/api/v1/workflows/executions/${execution.id}`)
  return c.json(shown(execution), ended ? 200 : 202)
}

export const startRoutes = router()
  .post(
    `/${ID}/execute`,
    accessWithRead('runs:write'),
    keyedByObject,
    doc('runs.start', 'Start a run; with Prefer: wait=N, wait for the result', 200, Execution, {
      alsoStatus: 202,
      waits: true,
    }),
    validate('json', StartRun, { optional: true }),
    async (c) => {
      const options = { waitMs: waitMsOf(c), idempotencyKey: idempotencyKeyOf(c) }
      const { execution } = await startRun(c.var.readCtx, c.req.param('id'), c.req.valid('json'), options)
      return answerRun(c, execution)
    },
  )
  .get(
    `/${ID}/executions`,
    accessWithRead('runs:read'),
    doc('workflows.listRuns', 'List the runs of a workflow', 200, ExecutionPage),
    validate('query', ListExecutions),
    async (c) =>
      c.json(await listExecutions(c.var.readCtx, { ...c.req.valid('query'), workflowId: c.req.param('id') })),
  )
  .post(
    '/batch/execute',
    access('runs:write'),
    keyedByObject,
    doc('runs.startBatch', 'Start many runs, with one result for each', 200, BulkResults),
    validate('json', StartBatch),
    async (c) => c.json(await startBatch(c.var.ctx, c.req.valid('json'), idempotencyKeyOf(c))),
  )
