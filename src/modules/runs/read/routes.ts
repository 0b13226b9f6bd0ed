import type { Context } from 'hono'
import { AppError } from '../../../core/errors.ts'
import type { AppEnv } from '../../../http/app-env.ts'
import { access, accessWithRead } from '../../../http/auth.ts'
import { requireListedOrigin } from '../../../http/edges.ts'
import { doc, validate } from '../../../http/openapi.ts'
import { router } from '../../../http/router.ts'
import type { OperationId } from '../../../http/tags.ts'
import { waitMsOf } from '../prefer.ts'
import { ID } from '../run-path.ts'
import {
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
  RunEventPage,
} from '../schema.ts'
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
} from './service.ts'

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

/** Both paths of a run get it, each as its own operation. */
export const readRoute = (operation: OperationId) =>
  router().get(
    `/${ID}`,
    access('runs:read'),
    doc(operation, 'Get a run; with Prefer: wait=N, wait for it to end', 200, Execution, { waits: true }),
    validate('query', ReadExecution),
    async (c) =>
      c.json(await getExecution(c.var.ctx, c.req.param('id'), c.req.valid('query').include, waitMsOf(c))),
  )

export const readRoutes = router()
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
