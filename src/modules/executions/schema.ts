import * as z from 'zod'
import { JsonValue } from '../../http/json-value.ts'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { Mocks, Tags } from '../workflows/index.ts'

export const RUN_STATUSES = [
  'queued',
  'running',
  'waiting',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
] as const

const Json = JsonValue.nullable()

const MOST_FIELDS = 20

const Metadata = z
  .record(
    z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'letters, digits, "_", "." and "-", 1 to 64 of them'),
    z.union([z.string().max(500), z.number(), z.boolean()]),
  )
  .refine((fields) => Object.keys(fields).length <= MOST_FIELDS, {
    message: `At most ${MOST_FIELDS} fields.`,
  })

/** What a start may say about its run. */
const labelled = {
  tags: Tags.optional().describe('Lists find the run by each of them.'),
  metadata: Metadata.optional().describe(
    'Fields of your own, such as an order number. Lists find the run by each of them.',
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
        'Runs the draft in place of a version. Needs the right workflows:write as well; the workflow that handles errors is not started.',
      ),
    mocks: Mocks.optional(),
    startAt: z.iso.datetime({ offset: true }).optional(),
    callbackUrl: z.url().max(2_000).optional().describe('Called by POST with the run when it has ended.'),
    entry: z
      .string()
      .max(64)
      .optional()
      .describe('The node to start from, instead of all that have no predecessor.'),
    ...labelled,
  })
  .meta({ id: 'StartRun' })
export type StartRun = z.infer<typeof StartRun>

export const NodeRun = z
  .strictObject({
    id: z.string(),
    path: z.string(),
    type: z.string(),
    status: z.string(),
    attempt: z.int(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    durationMs: z.number().nullable(),
    error: Json,
  })
  .meta({ id: 'NodeRun' })

export const WaitingFor = z
  .strictObject({
    path: z.string(),
    kind: z
      .enum(['timer', 'signal', 'approval', 'child', 'resolve', 'retry', 'slot', 'start'])
      .describe('`retry` is a node between two tries, `resolve` one whose outcome nobody knows.'),
    name: z
      .string()
      .nullable()
      .describe(
        'Of a signal its name, of a child its run, of an approval its id, of a retry the code of the error, of a slot its key.',
      ),
    since: z.string(),
    until: z.string().nullable().describe('When it ends by itself; null where it does not.'),
    detail: Json,
  })
  .meta({ id: 'WaitingFor' })

const workflowVersion = z.int().describe('0 for a run of the draft.')

/** What the list and the detail of a run both say. */
const facts = {
  workflowName: z.string(),
  title: z
    .string()
    .nullable()
    .describe('`settings.title` of the workflow, as it was evaluated at the start.'),
  startedBy: z
    .string()
    .nullable()
    .describe('Who started it, sent its event or made its webhook; null for a schedule.'),
  cancelledBy: z
    .string()
    .nullable()
    .describe('The user who cancelled it, or `parent` or `gate`; null for a run that nobody cancelled.'),
  parentRunId: z.string().nullable(),
  mocked: z.boolean().describe('Whether outcomes of nodes were given with the start.'),
  tags: z.array(z.string()),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
}

export const Execution = z
  .strictObject({
    id: z.string(),
    teamId: z.string(),
    workflowId: z.string().nullable(),
    workflowVersion,
    ...facts,
    status: z.enum(RUN_STATUSES),
    trigger: z.looseObject({ type: z.string() }),
    input: Json,
    output: Json,
    error: Json,
    progress: z.number(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    durationMs: z.number().nullable(),
    cost: z.strictObject({ usd: z.number(), inputTokens: z.int(), outputTokens: z.int() }),
    waitingFor: z.array(WaitingFor),
    retriedBy: z.string().nullable().describe('The run that retries this one. There is one at most.'),
    compensatedBy: z
      .string()
      .nullable()
      .describe('The run that undoes what this one did. There is one at most.'),
    nodes: z.array(NodeRun).optional(),
    nodesTruncated: z
      .literal(true)
      .optional()
      .describe('There are more nodes than the 1000 shown: `…/nodes` has them page by page.'),
    outputBytes: z
      .int()
      .optional()
      .describe('Of an output beyond 1 MB, which is left out here: `…/output` has it.'),
  })
  .meta({ id: 'Execution' })
export type Execution = z.infer<typeof Execution>

export const ExecutionSummary = z
  .strictObject({
    id: z.string(),
    workflowId: z.string().nullable(),
    workflowVersion,
    ...facts,
    status: z.enum(RUN_STATUSES),
    trigger: z.strictObject({ type: z.string(), key: z.string().nullable() }),
    progress: z.number(),
    waitingFor: z.array(
      WaitingFor.partial({ detail: true }).describe(
        '`detail` is there for a slot: the place in line, where the gate has said it.',
      ),
    ),
    error: Json,
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
  errorCode: z
    .string()
    .max(100)
    .optional()
    .describe('Runs that have failed with this error, such as `node.timeout`.'),
  workflowId: z.string().max(64).optional(),
  trigger: z.string().max(32).optional(),
  parentRunId: z.string().max(64).optional(),
  tag: z.string().max(50).optional().describe('Runs with this tag.'),
  metadata: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}:.{0,500}$/su, 'a field and its value, such as orderId:A-1002')
    .optional()
    .describe('Runs with this field of their metadata, such as `orderId:A-1002`.'),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
}

export const ListExecutions = listQuery(['-createdAt', 'createdAt'], {
  ...filters,
  status: z
    .string()
    .max(100)
    .transform((text) => text.split(','))
    .pipe(Statuses)
    .optional()
    .describe('One status, or several with commas between them.'),
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
    .pipe(z.array(z.enum(['nodes', 'output', '']))),
})
export type ReadExecution = z.infer<typeof ReadExecution>

export const EventsQuery = z.strictObject({
  afterSeq: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
export type EventsQuery = z.infer<typeof EventsQuery>

export const RunEvents = z
  .strictObject({
    events: z.array(z.looseObject({ seq: z.int(), type: z.string(), at: z.string() })),
    lastSeq: z.int(),
    headSeq: z.int(),
    ended: z.boolean(),
  })
  .meta({ id: 'RunEvents' })
export type RunEvents = z.infer<typeof RunEvents>

export const NodeDetail = NodeRun.extend({
  input: Json,
  output: Json,
  outputBytes: z.int().describe('An output beyond 1 MB is left out here: `…/output` has it.'),
  wait: WaitingFor.nullable(),
  attempts: z
    .array(
      z.strictObject({
        attempt: z.int(),
        startedAt: z.string().nullable(),
        finishedAt: z.string().nullable(),
        error: Json,
      }),
    )
    .describe(
      'The tries, oldest first: of many the newest 200. An item of a pure `each` has none of its own.',
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

/** Of these a run may have very many, and their paths are long. */
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
      .describe('What became of the effect; `retry` does it again with the same key.'),
    output: JsonValue.optional(),
  })
  .meta({ id: 'ResolveNode' })
export type ResolveNode = z.infer<typeof ResolveNode>

export const FollowedVersion = z.union([z.enum(['original', 'current']), z.int().min(1)])
export type FollowedVersion = z.infer<typeof FollowedVersion>

const followedVersion = FollowedVersion.optional().describe(
  'What to go on with: the `original` version that the run had, the `current` one (default), or a version by its number. A run of the draft goes on with its own. The variables are those that the team has now.',
)

export const RetryRun = z.strictObject({ version: followedVersion }).meta({ id: 'RetryRun' })
export type RetryRun = z.infer<typeof RetryRun>

export const RerunRun = z
  .strictObject({
    from: z
      .string()
      .max(64)
      .optional()
      .describe('The node to start again from; what does not follow from it is kept.'),
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
    .describe('Without a status: those to which it can be done.'),
  limit: z.int().min(1).max(100).default(100).describe('How many runs that the filter finds, newest first.'),
  cursor: z.string().max(1_000).optional().describe('Where to go on with the filter.'),
}

const hasTargets = (body: { ids?: unknown; filter?: unknown; cursor?: unknown }): boolean =>
  (body.ids === undefined) !== (body.filter === undefined) &&
  (body.cursor === undefined || body.ids === undefined)
const TARGETS = { message: 'Give either ids or filter; a cursor belongs to a filter.' }

export const BulkRuns = z.strictObject(bulkTargets).refine(hasTargets, TARGETS).meta({ id: 'BulkRuns' })
export type BulkRuns = z.infer<typeof BulkRuns>

export const BulkFollow = z
  .strictObject({
    ...bulkTargets,
    version: followedVersion,
    onlyLatest: z.boolean().default(true).describe('Leaves out runs that were retried or rerun already.'),
  })
  .refine(hasTargets, TARGETS)
  .meta({ id: 'BulkFollow' })
export type BulkFollow = z.infer<typeof BulkFollow>

export const BulkSignal = z
  .strictObject({ ...bulkTargets, signal: Signal })
  .refine(hasTargets, TARGETS)
  .meta({ id: 'BulkSignal' })
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

const BulkError = z.strictObject({ code: z.string(), detail: z.string() })
export const BulkResults = z
  .strictObject({
    results: z.array(
      z.union([
        z.strictObject({ ok: z.literal(true), id: z.string(), status: z.enum(RUN_STATUSES) }),
        z.strictObject({ ok: z.literal(false), id: z.string().nullable(), error: BulkError }),
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
          original: z.string().describe('The run that was named or found.'),
          id: z.string().describe('The run that follows it, or the run itself.'),
          status: z.enum([...RUN_STATUSES, 'deleted']),
        }),
        z.strictObject({
          ok: z.literal(false),
          original: z.string(),
          error: BulkError.extend({ runId: z.string().optional().describe('The run that the error names.') }),
        }),
      ]),
    ),
    nextCursor: z.string().nullable().describe('Where a filter goes on; null at its end.'),
  })
  .meta({ id: 'BulkRunResults' })
export type BulkRunResults = z.infer<typeof BulkRunResults>
