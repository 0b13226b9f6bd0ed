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
      'Used instead of the stored definition, for example to preview an unsaved edit.',
    ),
    triggers: TriggersInput.optional(),
    entry: z
      .string()
      .max(64)
      .optional()
      .describe('The node to start from. Default: all nodes without a predecessor.'),
    mocks: Mocks.optional(),
  })
  .meta({ id: 'PlanWorkflow' })
export type PlanWorkflow = z.infer<typeof PlanWorkflow>

/** `depends`: on an outcome that is only known in a real run. */
export const VERDICTS = ['runs', 'skipped', 'fails', 'depends'] as const

const Range = z.strictObject({ low: z.number().describe('At least.'), high: z.number().describe('At most.') })

/** Assumes that the first model answers; fallback models are not included. */
export const CallEstimate = z
  .strictObject({
    provider: z.string().describe('The provider of the first model.'),
    model: z.string().describe('Its name.'),
    inputTokens: Range.describe('Tokens sent: for a single call, and for as many calls as the limits allow.'),
    costUsd: Range.nullable().describe('The possible cost of the calls. Null if the price is unknown.'),
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
    /** Whether it would call an external service. */
    effect: z.boolean(),
    /** Absent if an expression in it needs unknown outputs. */
    params: Json.optional(),
    unresolved: z.array(z.string()).describe('Parameters whose values are only known in a real run.'),
    items: z.int().nullable().describe('For a node with `each`: the number of items, if known.'),
    estimate: CallEstimate.optional().describe('For a node that calls models, if its prompt is known.'),
    output: Json.optional(),
    port: z.string().nullable(),
    error: ErrorDetail.nullable(),
  })
  .meta({ id: 'PlannedNode' })
export type PlannedNode = z.infer<typeof PlannedNode>

export const WorkflowPlan = z
  .strictObject({
    workflowId: z.string(),
    workflowVersion: z.int().nullable().describe('Null if the request contained the definition.'),
    valid: z.boolean(),
    problems: z.array(ErrorDetail),
    /** Problems with the input. */
    inputProblems: z.array(ErrorDetail),
    /** In a possible order of execution. */
    nodes: z.array(PlannedNode),
    output: Json.optional(),
  })
  .meta({ id: 'WorkflowPlan' })
export type WorkflowPlan = z.infer<typeof WorkflowPlan>
