// A run as its object and the API show it. The API description and the types both come from this declaration.
import * as z from 'zod'
import type { Json as AnyJson } from '../core/json.ts'
import { JsonValue } from '../core/json-value.ts'
import { type NodeStatus, RUN_STATUSES } from '../engine/model/state.ts'
import { RunCost } from './run-cost.ts'
import { RunEventError } from './run-events.ts'

export const RUN_KINDS = [
  'workflow',
  'agent',
  'task',
  'deployment',
  'import',
  'export',
  'sync',
  'bulk',
] as const
/** The kinds of work that a run can do. */
export type RunKind = (typeof RUN_KINDS)[number]

export type RunTrigger = {
  type:
    | 'manual'
    | 'schedule'
    | 'webhook'
    | 'event'
    | 'workflow'
    | 'error'
    | 'task'
    | 'retry'
    | 'rerun'
    | 'compensate'
  key?: string
  [more: string]: AnyJson | undefined
}

const Json = JsonValue.nullable()

export const RunError = RunEventError.nullable().describe('Why it failed; null otherwise.')

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
    error: RunError,
    cost: RunCost.optional().describe(
      'The cost of all model calls of the node and its inner nodes. Absent if there were none.',
    ),
  })
  .meta({ id: 'NodeRun' })

export const WaitingFor = z
  .strictObject({
    path: z.string(),
    kind: z
      .enum(['timer', 'signal', 'approval', 'child', 'resolve', 'retry', 'slot', 'start'])
      .describe('`retry` is a node between two attempts, `resolve` a node with an unknown outcome.'),
    name: z
      .string()
      .nullable()
      .describe(
        'The name of a signal, the run of a child, the id of an approval, the error code of a retry, or the key of a slot.',
      ),
    since: z.string(),
    until: z.string().nullable().describe('When the wait times out; null if it does not.'),
    detail: Json,
  })
  .meta({ id: 'WaitingFor' })

export const workflowVersion = z.int().describe('The version of the workflow; 0 for a run of the draft.')

/** Fields that both the list and the view of a run have. */
export const runFacts = {
  kind: z.enum(RUN_KINDS).describe('The kind of work that the run does; `workflow` for a run of a workflow.'),
  subjectId: z
    .string()
    .nullable()
    .describe('The agent, task or other object that the run works for; null for a run of a workflow.'),
  workflowName: z.string(),
  title: z.string().nullable().describe('The workflow’s `settings.title`, evaluated at the start.'),
  startedBy: z
    .string()
    .nullable()
    .describe('The user who started it, sent its event or created its webhook; null for a schedule.'),
  cancelledBy: z
    .string()
    .nullable()
    .describe('The user who cancelled it, or `parent` or `gate`; null if it was not cancelled.'),
  parentRunId: z.string().nullable(),
  mocked: z.boolean().describe('Whether the start contained mocks.'),
  tags: z.array(z.string()),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
}

export const Execution = z
  .strictObject({
    id: z.string(),
    teamId: z.string(),
    workflowId: z.string().nullable(),
    workflowVersion,
    ...runFacts,
    status: z.enum(RUN_STATUSES),
    trigger: z.looseObject({ type: z.string() }),
    input: Json,
    output: Json,
    error: RunError,
    progress: z.number(),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    finishedAt: z.string().nullable(),
    durationMs: z.number().nullable(),
    cost: RunCost,
    waitingFor: z.array(WaitingFor),
    retriedBy: z.string().nullable().describe('The run that retries this one. There is at most one.'),
    compensatedBy: z
      .string()
      .nullable()
      .describe('The run that undoes what this one did. There is at most one.'),
    nodes: z.array(NodeRun).optional(),
    nodesTruncated: z
      .literal(true)
      .optional()
      .describe(
        'Set if there are more than the 1000 nodes shown. Get all of them page by page from `…/nodes`.',
      ),
    outputBytes: z
      .int()
      .optional()
      .describe('The size of an output larger than 1 MB, which is left out here. Get it from `…/output`.'),
    definition: z
      .record(z.string(), Json)
      .optional()
      .describe(
        'The definition that it runs, even if the workflow has changed since. Only with `include=definition`.',
      ),
  })
  .meta({ id: 'Execution' })
export type Execution = z.infer<typeof Execution>

/** Internal: the run that this one follows, and how. */
type Followed = { follows: string | null; mode: 'start' | 'retry' | 'rerun' | 'compensate' }

export type RunNodeView = Omit<z.infer<typeof NodeRun>, 'status' | 'error'> & {
  status: NodeStatus
  error: AnyJson
}
export type WaitView = z.infer<typeof WaitingFor>
/** An output larger than `MAX_SHOWN_CHARS` is complete here, for code that continues with it. */
export type RunView = Omit<Execution, 'trigger' | 'nodes' | 'error'> & {
  trigger: RunTrigger
  nodes?: RunNodeView[]
  error: AnyJson
} & Followed
