import type { Context } from 'hono'
import type { AppEnv } from '../../../http/app-env.ts'
import { access } from '../../../http/auth.ts'
import { keyedByObject } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import { idempotencyKeyOf, waitMsOf } from '../prefer.ts'
import { ID } from '../run-path.ts'
import { Execution } from '../schema.ts'
import { answerRun } from '../start/routes.ts'
import { RerunRun, RetryRun } from './schema.ts'
import { type Follow, followUp } from './service.ts'

async function follow(c: Context<AppEnv>, how: Follow): Promise<Response> {
  const options = { waitMs: waitMsOf(c), idempotencyKey: idempotencyKeyOf(c) }
  return answerRun(c, await followUp(c.var.ctx, c.req.param('id') ?? '', how, options))
}

export const followUpRoutes = router()
  .post(
    `/${ID}/retry`,
    access('runs:write'),
    keyedByObject,
    doc(
      'runs.retry',
      'Retry a run from where it failed; with Prefer: wait=N, wait for the result',
      200,
      Execution,
      {
        alsoStatus: 202,
        waits: true,
        description:
          'Starts a new run that keeps the outcomes of succeeded nodes. A run has at most one retry; a second request gets 409 with the existing one. With `version`, the retry uses a corrected definition. Nodes whose outcomes are kept must be unchanged in it; otherwise, the response is 422 and lists them. A node that runs again with different parameters uses a new idempotency key for its call.',
      },
    ),
    validate('json', RetryRun, { optional: true }),
    (c) => follow(c, { mode: 'retry', ...c.req.valid('json') }),
  )
  .post(
    `/${ID}/rerun`,
    access('runs:write'),
    keyedByObject,
    doc(
      'runs.rerun',
      'Rerun a run from the start or from a node; with Prefer: wait=N, wait for the result',
      200,
      Execution,
      {
        alsoStatus: 202,
        waits: true,
      },
    ),
    validate('json', RerunRun, { optional: true }),
    (c) => follow(c, { mode: 'rerun', ...c.req.valid('json') }),
  )
  .post(
    `/${ID}/compensate`,
    access('runs:write'),
    keyedByObject,
    doc(
      'runs.compensate',
      'Compensate a run, which undoes its effects; with Prefer: wait=N, wait for the result',
      200,
      Execution,
      {
        alsoStatus: 202,
        waits: true,
        description:
          'Starts a new run that undoes what this one did. It also compensates the runs of sub-workflows that this run waited for. Sub-workflow runs that it did not wait for are listed in `trigger.detached`. A run can be compensated once. If it was retried, compensate the retry instead.',
      },
    ),
    (c) => follow(c, { mode: 'compensate' }),
  )
