import * as z from 'zod'
import { JsonValue } from '../../core/json-value.ts'
import { RUN_STATUSES } from '../../engine/model/state.ts'
import { commaList, listQuery, pageOf } from '../../http/pagination.ts'
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

export { Execution, NodeRun, RUN_STATUSES, WaitingFor }

const Json = JsonValue.nullable()

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

export const Statuses = z.array(z.enum(RUN_STATUSES)).min(1).max(RUN_STATUSES.length)

export const filters = {
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
