import * as z from 'zod'
import { JsonValue } from '../../../core/json-value.ts'
import { ErrorDetail } from '../../../http/problem.ts'
import { TriggersInput } from '../../triggers/index.ts'
import { Mocks } from './mocks.ts'
import { DefinitionInput } from './workflow.ts'

const Json = JsonValue

export const PlanWorkflow = z
  .strictObject({
    input: Json.optional(),
    version: z.int().min(1).optional(),
    definition: DefinitionInput.optional().describe(
      'In place of the stored one, such as an edit not saved yet.',
    ),
    triggers: TriggersInput.optional(),
    entry: z
      .string()
      .max(64)
      .optional()
      .describe('The node to start from, instead of all that have no predecessor.'),
    mocks: Mocks.optional(),
  })
  .meta({ id: 'PlanWorkflow' })
export type PlanWorkflow = z.infer<typeof PlanWorkflow>

/** `depends`: on an outcome that only a real run gives. */
export const VERDICTS = ['runs', 'skipped', 'fails', 'depends'] as const

const Range = z.strictObject({ low: z.number().describe('At least.'), high: z.number().describe('At most.') })

/** Models are taken to answer: what the others of a ladder would cost is not in it. */
export const CallEstimate = z
  .strictObject({
    provider: z.string().describe('Who runs the first model that is asked.'),
    model: z.string().describe('Its name.'),
    inputTokens: Range.describe('Tokens sent: by one call, and by as many as the limits allow.'),
    costUsd: Range.nullable().describe('What the calls may cost. Null where the price is not known.'),
  })
  .meta({ id: 'CallEstimate' })
export type CallEstimate = z.infer<typeof CallEstimate>

export const PlannedNode = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    name: z.string().nullable(),
    verdict: z.enum(VERDICTS),
    reason: z.string().nullable(),
    /** Whether it would reach outside. */
    effect: z.boolean(),
    /** Absent when an expression in it needs what is not known yet. */
    params: Json.optional(),
    unresolved: z.array(z.string()).describe('Parameters that only a real run can tell.'),
    items: z
      .int()
      .nullable()
      .describe('Of a node with `each`: how many items there are, when that is known.'),
    estimate: CallEstimate.optional().describe('Of a node that calls models, where its prompt is known.'),
    output: Json.optional(),
    port: z.string().nullable(),
    error: ErrorDetail.nullable(),
  })
  .meta({ id: 'PlannedNode' })
export type PlannedNode = z.infer<typeof PlannedNode>

export const WorkflowPlan = z
  .strictObject({
    workflowId: z.string(),
    workflowVersion: z.int().nullable().describe('Null for a definition that was sent along.'),
    valid: z.boolean(),
    problems: z.array(ErrorDetail),
    /** What is wrong with the input. */
    inputProblems: z.array(ErrorDetail),
    /** In the order in which they may run. */
    nodes: z.array(PlannedNode),
    output: Json.optional(),
  })
  .meta({ id: 'WorkflowPlan' })
export type WorkflowPlan = z.infer<typeof WorkflowPlan>
