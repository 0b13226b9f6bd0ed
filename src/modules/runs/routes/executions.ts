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
    throw new AppError('request.malformed', { detail: 'Last-Event-ID takes the id of an event, a number.' })
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
    doc(operation, 'Read a run; with Prefer: wait=N when it has ended', 200, Execution, { waits: true }),
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
      'Follow the events of a run (server-sent events), or read a page of them (Accept: application/json)',
      200,
      RunEventPage,
      {
        otherMediaTypes: [EVENT_STREAM],
        description:
          'The stream goes on after `afterSeq`, or after the id in `Last-Event-ID`. While nothing happens it holds a comment every 20 seconds.',
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
    doc('runs.getOutput', 'The output of a run alone', 200, Execution.shape.output),
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
    doc('runs.nodes.get', 'Read a node of a run: input, output, attempts', 200, NodeDetail),
    async (c) => c.json(await getNodeBriefly(c.var.ctx, c.req.param('id'), c.req.param('path'))),
  )
  .get(
    `/${ID}/nodes/:path/output`,
    access('runs:read'),
    doc('runs.nodes.getOutput', 'The output of a node alone', 200, NodeDetail.shape.output),
    async (c) => c.json((await getNode(c.var.ctx, c.req.param('id'), c.req.param('path'))).output),
  )
  .post(
    `/${ID}/nodes/:path/resolve`,
    access('runs:write'),
    doc('runs.nodes.resolve', 'Say what became of an effect whose outcome is unknown', 200, Execution),
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
    doc('runs.pause', 'Pause a run: nothing new starts', 200, Execution),
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
        'Ends one wait (`flow.waitForEvent`) of this run for the name or a pattern of it. A signal that no wait takes is kept for the next one that does, unlike an event of the team (POST /events), which reaches what waits when it comes. A run that keeps 1,000 refuses the next with 409.',
    }),
    validate('json', Signal),
    async (c) => c.json(await signalRun(c.var.ctx, c.req.param('id'), c.req.valid('json'))),
  )
  .post(
    `/${ID}/retry`,
    access('runs:write'),
    keyedByObject,
    doc('runs.retry', 'A new run that keeps what succeeded; with Prefer: wait=N its result', 200, Execution, {
      alsoStatus: 202,
      waits: true,
      description:
        'A run has one retry: another is refused with 409, which names it. With `version` the run goes on with a definition that was mended; nodes that are kept must be the same in it, else 422 names them. A node that runs again with other parameters than before makes its call under a new idempotency key.',
    }),
    validate('json', RetryRun, { optional: true }),
    (c) => follow(c, { mode: 'retry', ...c.req.valid('json') }),
  )
  .post(
    `/${ID}/rerun`,
    access('runs:write'),
    keyedByObject,
    doc(
      'runs.rerun',
      'A new run from the start or from a node; with Prefer: wait=N its result',
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
      'A new run that undoes what this one did; with Prefer: wait=N its result',
      200,
      Execution,
      {
        alsoStatus: 202,
        waits: true,
        description:
          'Runs of sub-workflows are compensated with it, as nodes of it, unless nobody waited for them: those are named in `trigger.detached`. A run has one compensation, and none once it was retried: its retry is compensated.',
      },
    ),
    (c) => follow(c, { mode: 'compensate' }),
  )
  .post(
    '/bulk/cancel',
    access('runs:write'),
    doc('runs.bulk.cancel', 'Cancel many runs, answered one by one', 200, BulkRunResults),
    validate('json', BulkRuns),
    async (c) => c.json(await bulkCancel(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/bulk/signal',
    access('runs:write'),
    doc('runs.bulk.signal', 'Send a signal to many runs, answered one by one', 200, BulkRunResults),
    validate('json', BulkSignal),
    async (c) => c.json(await bulkSignal(c.var.ctx, c.req.valid('json'))),
  )
  .post(
    '/bulk/delete',
    access('runs:write'),
    doc(
      'runs.bulk.delete',
      'Delete many ended runs and their events, answered one by one',
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
    doc('runs.bulk.retry', 'Retry many runs, answered one by one', 200, BulkRunResults),
    validate('json', BulkFollow),
    async (c) => c.json(await bulkFollow(c.var.ctx, 'retry', c.req.valid('json'), idempotencyKeyOf(c))),
  )
  .post(
    '/bulk/rerun',
    access('runs:write'),
    keyedByObject,
    doc('runs.bulk.rerun', 'Rerun many runs, answered one by one', 200, BulkRunResults),
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

/** The paths that clients of older systems use. Reading a run stays documented there as well. */
export const executionRoutes = router().route('/', readRoute('workflows.getRun')).route('/', otherRoutes)
