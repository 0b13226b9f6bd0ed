// A run as its object shows it, and as the API does: one declaration, from which the contract and the types are made.
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
/** What a run does the work of. */
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
      'Of the model calls of the node and of all inside of it. Absent where there were none.',
    ),
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

export const workflowVersion = z.int().describe('0 for a run of the draft.')

/** What the list and the view of a run both say. */
export const runFacts = {
  kind: z.enum(RUN_KINDS).describe('What the run does the work of; `workflow` for a run of a workflow.'),
  subjectId: z
    .string()
    .nullable()
    .describe('The agent, task or other thing that the run works for; null for a run of a workflow.'),
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
    definition: z
      .record(z.string(), Json)
      .optional()
      .describe('What it runs, also when the workflow has changed since. Only with `include=definition`.'),
  })
  .meta({ id: 'Execution' })
export type Execution = z.infer<typeof Execution>

/** What only we need: the run that this one follows, and how. */
type Followed = { follows: string | null; mode: 'start' | 'retry' | 'rerun' | 'compensate' }

export type RunNodeView = Omit<z.infer<typeof NodeRun>, 'status' | 'error'> & {
  status: NodeStatus
  error: AnyJson
}
export type WaitView = z.infer<typeof WaitingFor>
/** An output beyond `MAX_SHOWN_CHARS` is here whole, for whoever goes on with it. */
export type RunView = Omit<Execution, 'trigger' | 'nodes' | 'error'> & {
  trigger: RunTrigger
  nodes?: RunNodeView[]
  error: AnyJson
} & Followed
