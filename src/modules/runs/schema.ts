import * as z from 'zod'
import { JsonValue } from '../../core/json-value.ts'
import { RUN_STATUSES } from '../../engine/model/state.ts'
import { commaList, listQuery, pageOf } from '../../http/pagination.ts'
import { ErrorDetail } from '../../http/problem.ts'
import { RunCost } from '../../objects/run-cost.ts'
import { RunEvent } from '../../objects/run-events.ts'
import {
  Execution,
  NodeRun,
  RunError,
  runFacts,
  WaitingFor,
  workflowVersion,
} from '../../objects/run-view.ts'
import { RUN_KINDS } from '../../objects/workflow-run.ts'
import { Mocks, Tags } from '../workflows/index.ts'

export { Execution, NodeRun, RUN_STATUSES, WaitingFor }

const Json = JsonValue.nullable()

const MAX_FIELDS = 20

const Metadata = z
  .record(
    z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'letters, digits, "_", "." and "-", 1 to 64 of them'),
    z.union([z.string().max(500), z.number(), z.boolean()]),
  )
  .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, {
    message: `At most ${MAX_FIELDS} fields.`,
  })

/** Details of the run that a start can set. */
const labelled = {
  tags: Tags.optional().describe('Lists can be filtered by each tag.'),
  metadata: Metadata.optional().describe(
    'Custom fields, such as an order number. Lists can be filtered by each field.',
  ),
}

export const StartRun = z
  .strictObject({
    input: JsonValue.optional(),
    version: z.int().min(1).optional(),
    draft: z
      .boolean()
      .optional()
      .describe(
        'Runs the draft instead of a version. Also requires the scope workflows:write. A failure does not start the error workflow.',
      ),
    mocks: Mocks.optional(),
    startAt: z.iso.datetime({ offset: true }).optional(),
    callbackUrl: z
      .url()
      .max(2_000)
      .optional()
      .describe('A URL that receives a POST request with the run when it has ended.'),
    entry: z
      .string()
      .max(64)
      .optional()
      .describe('The node to start from. Default: all nodes without a predecessor.'),
    ...labelled,
  })
  .meta({ id: 'StartRun' })
export type StartRun = z.infer<typeof StartRun>

export const ExecutionSummary = z
  .strictObject({
    id: z.string(),
    workflowId: z.string().nullable(),
    workflowVersion,
    ...runFacts,
    status: z.enum(RUN_STATUSES),
    trigger: z.strictObject({ type: z.string(), key: z.string().nullable() }),
    progress: z.number(),
    waitingFor: z.array(
      WaitingFor.partial({ detail: true }).describe(
        '`detail` is set while the run waits for a slot: its place in line, if known.',
      ),
    ),
    error: RunError,
    cost: RunCost,
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    durationMs: z.number().nullable(),
  })
  .meta({ id: 'ExecutionSummary' })
export type ExecutionSummary = z.infer<typeof ExecutionSummary>

export const ExecutionPage = pageOf(ExecutionSummary).meta({ id: 'ExecutionPage' })

const Statuses = z.array(z.enum(RUN_STATUSES)).min(1).max(RUN_STATUSES.length)

const filters = {
  q: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe(
      'Searches the title, the workflow name and the error. Also finds the run with this id, or with an id that ends with it.',
    ),
  errorCode: z
    .string()
    .max(100)
    .optional()
    .describe('Runs that failed with this error, such as `node.timeout`.'),
  kind: z.enum(RUN_KINDS).optional(),
  subjectId: z.string().max(64).optional().describe('Runs that were started for the object with this id.'),
  workflowId: z.string().max(64).optional(),
  trigger: z.string().max(32).optional(),
  parentRunId: z.string().max(64).optional(),
  tag: z.string().max(50).optional().describe('Runs with this tag.'),
  metadata: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}:.{0,500}$/su, 'must be a field and its value, such as orderId:A-1002')
    .optional()
    .describe('Runs with this metadata field, such as `orderId:A-1002`.'),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
}

export const ListExecutions = listQuery(['-createdAt', 'createdAt'], {
  ...filters,
  status: commaList(Statuses, 100).optional().describe('One status, or several separated by commas.'),
})

export const CountExecutions = z.strictObject(filters)
export type CountExecutions = z.infer<typeof CountExecutions>

export const ExecutionCounts = z
  .strictObject({
    total: z.int(),
    byStatus: z.strictObject(
      Object.fromEntries(RUN_STATUSES.map((status) => [status, z.int()])) as Record<
        (typeof RUN_STATUSES)[number],
        z.ZodInt
      >,
    ),
  })
  .meta({ id: 'ExecutionCounts' })
export type ExecutionCounts = z.infer<typeof ExecutionCounts>

export type ListExecutions = z.infer<typeof ListExecutions>

export const ReadExecution = z.strictObject({
  include: z
    .string()
    .default('nodes,output')
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(['nodes', 'output', 'definition', '']))),
})
export type ReadExecution = z.infer<typeof ReadExecution>

export const EventsQuery = z.strictObject({
  afterSeq: z.coerce.number().int().min(0).default(0),
  cursor: z.string().max(1_024).optional().describe('The cursor of a page. Replaces `afterSeq`.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type EventsQuery = z.infer<typeof EventsQuery>

export const RunEventPage = pageOf(RunEvent, {
  headSeq: z
    .int()
    .describe(
      'The newest event of the run. To wait for more, repeat the request with this value as `afterSeq`.',
    ),
  ended: z.boolean().describe('Whether the run has ended and will have no more events.'),
}).meta({ id: 'RunEventPage' })
export type RunEventPage = z.infer<typeof RunEventPage>

export const NodeDetail = NodeRun.extend({
  input: Json,
  output: Json,
  outputBytes: z.int().describe('An output larger than 1 MB is left out here. Get it from `…/output`.'),
  wait: WaitingFor.nullable(),
  attempts: z
    .array(
      z.strictObject({
        attempt: z.int(),
        startedAt: z.string().nullable(),
        finishedAt: z.string().nullable(),
        error: RunError,
      }),
    )
    .describe(
      'The attempts, oldest first; at most the newest 200. An item of a pure `each` has no attempts of its own.',
    ),
}).meta({ id: 'NodeDetail' })
export type NodeDetail = z.infer<typeof NodeDetail>

export const NODE_STATUSES = [
  'pending',
  'running',
  'retrying',
  'waiting',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
  'unknown',
] as const

/** A run may have very many of these, and their paths are long. */
export const ListNodes = listQuery(['path'], {
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(10_000).optional(),
  status: z.enum(NODE_STATUSES).optional(),
})
export type ListNodes = z.infer<typeof ListNodes>

export const NodePage = pageOf(NodeRun).meta({ id: 'NodePage' })
export type NodePage = z.infer<typeof NodePage>

export const Signal = z
  .strictObject({
    name: z.string().min(1).max(200),
    data: JsonValue.optional(),
    id: z.string().min(1).max(200).optional().describe('A signal sent twice with the same id counts once.'),
  })
  .meta({ id: 'Signal' })
export type Signal = z.infer<typeof Signal>

export const ResolveNode = z
  .strictObject({
    outcome: z
      .enum(['succeeded', 'failed', 'retry'])
      .describe('Whether the effect succeeded or failed. `retry` repeats it with the same idempotency key.'),
    output: JsonValue.optional(),
  })
  .meta({ id: 'ResolveNode' })
export type ResolveNode = z.infer<typeof ResolveNode>

export const FollowedVersion = z.union([z.enum(['original', 'current']), z.int().min(1)])
export type FollowedVersion = z.infer<typeof FollowedVersion>

const followedVersion = FollowedVersion.optional().describe(
  'The version to use: the `original` version of the run, the `current` one (default), or a version number. A run of a draft uses its own definition by default. The variables are the team’s current ones.',
)

export const RetryRun = z.strictObject({ version: followedVersion }).meta({ id: 'RetryRun' })
export type RetryRun = z.infer<typeof RetryRun>

export const RerunRun = z
  .strictObject({
    from: z
      .string()
      .max(64)
      .optional()
      .describe('The node to restart from. Nodes that do not depend on it keep their outcomes.'),
    input: JsonValue.optional(),
    version: followedVersion,
  })
  .meta({ id: 'RerunRun' })
export type RerunRun = z.infer<typeof RerunRun>

const bulkTargets = {
  ids: z.array(z.string().max(64)).max(100).optional(),
  filter: z
    .strictObject({
      ...filters,
      status: z.union([z.enum(RUN_STATUSES).transform((one) => [one]), Statuses]).optional(),
    })
    .optional()
    .describe('Without `status`, it selects the runs that the operation can be applied to.'),
  limit: z
    .int()
    .min(1)
    .max(100)
    .default(100)
    .describe('How many of the matching runs to process, newest first.'),
  cursor: z
    .string()
    .max(1_000)
    .optional()
    .describe('`nextCursor` of the previous response. Only valid with `filter`.'),
}

const hasTargets = (body: { ids?: unknown; filter?: unknown; cursor?: unknown }): boolean =>
  (body.ids === undefined) !== (body.filter === undefined) &&
  (body.cursor === undefined || body.ids === undefined)
const TARGETS = { message: 'Provide either ids or filter. A cursor is only valid with a filter.' }

export const BulkRuns = z.strictObject(bulkTargets).refine(hasTargets, TARGETS).meta({ id: 'BulkRuns' })
export type BulkRuns = z.infer<typeof BulkRuns>

export const BulkFollow = z
  .strictObject({
    ...bulkTargets,
    version: followedVersion,
    onlyLatest: z
      .boolean()
      .default(true)
      .describe('Leaves out runs that have already been retried or rerun.'),
  })
  .refine(hasTargets, TARGETS)
  .meta({ id: 'BulkFollow' })
export type BulkFollow = z.infer<typeof BulkFollow>

export const BulkSignal = z
  .strictObject({ ...bulkTargets, signal: Signal })
  .refine(hasTargets, TARGETS)
  .meta({
    id: 'BulkSignal',
    example: { filter: { tag: 'order' }, signal: { name: 'order.paid', data: { amount: 20 } } },
  })
export type BulkSignal = z.infer<typeof BulkSignal>

export const StartBatch = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          workflowId: z.string().max(64),
          input: JsonValue.optional(),
          version: z.int().min(1).optional(),
          ...labelled,
        }),
      )
      .min(1)
      .max(100),
  })
  .meta({ id: 'StartBatch' })
export type StartBatch = z.infer<typeof StartBatch>

export const BulkResults = z
  .strictObject({
    results: z.array(
      z.union([
        z.strictObject({ ok: z.literal(true), id: z.string(), status: z.enum(RUN_STATUSES) }),
        z.strictObject({ ok: z.literal(false), id: z.string().nullable(), error: ErrorDetail }),
      ]),
    ),
  })
  .meta({ id: 'BulkResults' })
export type BulkResults = z.infer<typeof BulkResults>

export const BulkRunResults = z
  .strictObject({
    results: z.array(
      z.union([
        z.strictObject({
          ok: z.literal(true),
          original: z.string().describe('The run in `ids`, or one that matched the filter.'),
          id: z.string().describe('The new run, or the run itself.'),
          status: z.enum([...RUN_STATUSES, 'deleted']),
        }),
        z.strictObject({
          ok: z.literal(false),
          original: z.string(),
          error: ErrorDetail,
        }),
      ]),
    ),
    nextCursor: z
      .string()
      .nullable()
      .describe('The cursor for the next runs of the filter; null if there are no more.'),
  })
  .meta({ id: 'BulkRunResults' })
export type BulkRunResults = z.infer<typeof BulkRunResults>
