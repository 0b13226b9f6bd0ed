// What a type of tasks says about itself. A type is a plain object: what it takes, the steps that people see, and the definition
// that is executed.
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

/** A step as people see it: a node of the plan. The weight is its share of the work. */
export type StepInfo = { id: string; name: string; weight: number }

export type PlanOptions = { retry: RetryPolicy; timeoutMs: number | null }

export type Plan = { definition: Definition; steps: StepInfo[] }

export type TaskType = {
  name: TaskTypeName
  title: string
  description: string
  input: z.ZodType
  /** What its result has, in words. */
  result: string
  /** The steps that every task of the type has; empty where they follow from the input. */
  steps: readonly StepInfo[]
  /** Null where the work is done by a worker outside. The input has been checked. */
  plan: (input: Json, options: PlanOptions) => Plan | null
}
