// Defines a type of tasks as a plain object: its input, the steps that people see, and the definition that is
// executed.
import type * as z from 'zod'
import type { Json } from '../../../core/json.ts'
import type { Definition, RetryPolicy } from '../../../engine/model/definition.ts'

export const TASK_TYPES = [
  'research',
  'codeGeneration',
  'websiteCreation',
  'dataAnalysis',
  'debugging',
  'documentation',
  'custom',
] as const
export type TaskTypeName = (typeof TASK_TYPES)[number]

/** A step that people see: a node of the plan. The weight is its share of the work. */
export type StepInfo = { id: string; name: string; weight: number }

export type PlanOptions = { retry: RetryPolicy; timeoutMs: number | null }

export type Plan = { definition: Definition; steps: StepInfo[] }

export type TaskType = {
  name: TaskTypeName
  title: string
  description: string
  input: z.ZodType
  /** The content of its result, in words. */
  result: string
  /** The steps that every task of the type has. Empty if they depend on the input. */
  steps: readonly StepInfo[]
  /** Null if an external worker does the work. The input was checked. */
  plan: (input: Json, options: PlanOptions) => Plan | null
}
