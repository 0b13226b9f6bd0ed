import type { Context } from 'hono'
import { AppError } from '../../../core/errors.ts'
import { idPattern } from '../../../core/ids.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { requireListedOrigin } from '../../../http/edges.ts'
import { keyedByObject } from '../../../http/idempotency.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import type { OperationId } from '../../../http/tags.ts'
import {
  BulkFollow,
  BulkRunResults,
  BulkRuns,
  BulkSignal,
  CountExecutions,
  EventsQuery,
  Execution,
  ExecutionCounts,
  ExecutionPage,
  ListExecutions,
  ListNodes,
  NodeDetail,
  NodePage,
  ReadExecution,
  RerunRun,
  ResolveNode,
  RetryRun,
  RunEventPage,
  Signal,
} from '../schema.ts'
import { bulkCancel, bulkDelete, bulkFollow, bulkSignal } from '../service/bulk.ts'
import { controlRun, resolveNode, signalRun } from '../service/control.ts'
import { type Follow, followUp } from '../service/follow.ts'
import {
  countExecutions,
  followRun,
  followSocket,
  getExecution,
  getNode,
  getNodeBriefly,
  getOutput,
  listEvents,
  listExecutions,
  listNodes,
} from '../service/read.ts'
import { deleteRun } from '../service/remove.ts'
import { idempotencyKeyOf, waitMsOf } from './prefer.ts'
import { answerRun } from './start.ts'

const ID = `:id{${idPattern('run')}}` as const
const EVENT_STREAM = 'text/event-stream'

const wantsJson = (c: Context<AppEnv>): boolean => (c.req.header('accept') ?? '').includes('application/json')

function lastEventId(c: Context<AppEnv>): number {
  const id = c.req.header('last-event-id') ?? ''
  if (!/^\d{0,15}$/.test(id))
    throw new AppError('request.malformed', {
      detail: 'Last-Event-ID must be the id of an event, which is a number.',
    })
  return Number(id)
}

async function follow(c: Context<AppEnv>, how: Follow): Promise<Response> {
  const options = { waitMs: waitMsOf(c), idempotencyKey: idempotencyKeyOf(c) }
  return answerRun(c, await followUp(c.var.ctx, c.req.param('id') ?? '', how, options))
}

const readRoute = (operation: OperationId) =>
  router().get(
    `/${ID}`,
    access('runs:read'),
    doc(operation, 'Get a run; with Prefer: wait=N, wait for it to end', 200, Execution, { waits: true }),
    validate('query', ReadExecution),
    async (c) =>
      c.json(await getExecution(c.var.ctx, c.req.param('id'), c.req.valid('query').include, waitMsOf(c))),
  )

const otherRoutes = router()
  .get(
    '/',
    accessWithRead('runs:read'),
    doc('runs.list', 'List runs', 200, ExecutionPage),
    validate('query', ListExecutions),
    async (c) => c.json(await listExecutions(c.var.readCtx, c.req.valid('query'))),
  )
  .get(
    '/counts',
    accessWithRead('runs:read'),
    doc('runs.count', 'Count runs by their status', 200, ExecutionCounts),
    validate('query', CountExecutions),
    async (c) => c.json(await countExecutions(c.var.readCtx, c.req.valid('query'))),
  )
  .get(
    `/${ID}/events`,
    access('runs:read'),
    doc(
      'runs.listEvents',
      'Follow the events of a run (server-sent events), or get a page of them (Accept: application/json)',
      200,
      RunEventPage,
      {
        otherMediaTypes: [EVENT_STREAM],
        description:
          'The stream continues after `afterSeq`, or after the id in `Last-Event-ID`. While the run is idle, the stream sends a comment every 20 seconds.',
      },
    ),
    validate('query', EventsQuery),
    async (c) => {
      const query = c.req.valid('query')
      if (wantsJson(c)) return c.json(await listEvents(c.var.ctx, c.req.param('id'), query))
      return followRun(c.var.ctx, c.req.param('id'), c.req.raw, Math.max(query.afterSeq, lastEventId(c)))
    },
  )
  .get(
    `/${ID}/ws`,
    access('runs:read', { ticket: true }),
    doc('runs.connect', 'Follow the events of a run over a WebSocket', 101, null),
    validate('query', EventsQuery),
    async (c) => {
      requireListedOrigin(c)
      return followSocket(c.var.ctx, c.req.param('id'), c.req.raw, c.req.valid('query').afterSeq)
    },
  )
  .get(
    `/${ID}/output`,
    access('runs:read'),
    doc('runs.getOutput', 'Get only the output of a run', 200, Execution.shape.output),
    async (c) => c.json(await getOutput(c.var.ctx, c.req.param('id'))),
  )
  .get(
    `/${ID}/nodes`,
    access('runs:read'),
    doc('runs.nodes.list', 'List the nodes of a run by their paths', 200, NodePage),
    validate('query', ListNodes),
    async (c) => c.json(await listNodes(c.var.ctx, c.req.param('id'), c.req.valid('query'))),
  )
  .get(
    `/${ID}/nodes/:path`,
    access('runs:read'),
    doc('runs.nodes.get', 'Get a node of a run with its input, output and attempts', 200, NodeDetail),
    async (c) => c.json(await getNodeBriefly(c.var.ctx, c.req.param('id'), c.req.param('path'))),
  )
  .get(
    `/${ID}/nodes/:path/output`,
    access('runs:read'),
    doc('runs.nodes.getOutput', 'Get only the output of a node', 200, NodeDetail.shape.output),
    async (c) => c.json((await getNode(c.var.ctx, c.req.param('id'), c.req.param('path'))).output),
  )
  .post(
    `/${ID}/nodes/:path/resolve`,
    access('runs:write'),
    doc('runs.nodes.resolve', 'Resolve an effect whose outcome is unknown', 200, Execution),
    validate('json', ResolveNode),
    async (c) =>
      c.json(await resolveNode(c.var.ctx, c.req.param('id'), c.req.param('path'), c.req.valid('json'))),
  )
  .post(
    `/${ID}/cancel`,
    access('runs:write'),
    doc('runs.cancel', 'Cancel a run', 200, Execution),
    async (c) => c.json(await controlRun(c.var.ctx, c.req.param('id'), 'cancel')),
  )
  .post(
    `/${ID}/pause`,
    access('runs:write'),
    doc('runs.pause', 'Pause a run; no new nodes start', 200, Execution),
    async (c) => c.json(await controlRun(c.var.ctx, c.req.param('id'), 'pause')),
  )
  .post(
    `/${ID}/resume`,
    access('runs:write'),
    doc('runs.resume', 'Resume a paused run', 200, Execution),
    async (c) => c.json(await controlRun(c.var.ctx, c.req.param('id'), 'resume')),
  )
  .post(
    `/${ID}/signal`,
    access('runs:write'),
    doc('runs.signal', 'Send a signal to a run', 200, Execution, {
      description:
        'Ends one wait (`flow.waitForEvent`) of this run whose name or pattern matches. If no wait matches, the run keeps the signal for a later wait. An event of the team (POST /events), in contrast, reaches only runs that already wait. A run keeps at most 1,000 signals; further ones get 409.',
    }),
    validate('json', Signal),
    async (c) => c.json(await signalRun(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
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
  .delete(
    `/${ID}`,
    access('runs:write'),
    doc('runs.delete', 'Delete an ended run and its events', 204, null),
    async (c) => {
      await deleteRun(c.var.ctx, c.req.param('id'))
      return c.body(null, 204)
    },
  )

export const runRoutes = router().route('/', readRoute('runs.get')).route('/', otherRoutes)

/** The paths that clients of older systems use. Getting a run is documented there too. */
export const executionRoutes = router().route('/', readRoute('workflows.getRun')).route('/', otherRoutes)
