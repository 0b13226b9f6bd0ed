// How built-in types are constructed: steps of nodes, in sequence unless they say otherwise.
import * as z from 'zod'
import type { Definition, Node } from '../../../engine/model/definition.ts'
import type { Plan, PlanOptions, StepInfo } from './task-type.ts'

export type PlanStep = Omit<Node, 'name'> & { name: string; weight?: number; after?: string[] }

/** The models to ask. Without it, the offline model. */
export const models = z
  .array(z.strictObject({ provider: z.string().min(1).max(64), model: z.string().min(1).max(200) }))
  .min(1)
  .max(8)
  .optional()
  .describe(
    'The models to ask, in order. Default: the offline model, which needs no account and gives simple results.',
  )

export const infoOf = (steps: readonly PlanStep[]): StepInfo[] =>
  steps.map(({ id, name, weight }) => ({ id, name, weight: weight ?? 1 }))

export function planOfSteps(
  steps: readonly PlanStep[],
  output: unknown,
  { retry, timeoutMs }: PlanOptions,
): Plan {
  const edges = steps.flatMap(({ id, after }, at) =>
    (after ?? (at === 0 ? [] : [steps[at - 1]?.id ?? ''])).map((from) => ({ from, to: id })),
  )
  const definition: Definition = {
    ...(timeoutMs === null ? {} : { settings: { timeoutMs } }),
    nodes: steps.map(({ weight: _weight, after: _after, ...node }) => ({ retry, ...node })),
    edges,
    output,
  }
  return { definition, steps: infoOf(steps) }
}

/** A step that asks a model. With a schema, its result is an object. */
export const ask = (
  id: string,
  name: string,
  params: { system: string; prompt: string; schema?: Record<string, unknown> },
  chosen: unknown,
  more: Partial<PlanStep> = {},
): PlanStep => ({
  id,
  name,
  type: 'ai.generate',
  timeoutMs: 600_000,
  ...more,
  params: { ...params, ...(chosen === undefined ? {} : { models: chosen }) },
})

const text = { type: 'string' }
export const listOf = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  type: 'array',
  items: { type: 'object', properties, required },
})
export const objectOf = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
})
export const TEXT = text
