// Work of any kind: a workflow or an agent of the team, a named capability, the steps in the task itself, or nothing.
// In that case, an external worker does it.
import * as z from 'zod'
import type { Json } from '../../../core/json.ts'
import { JsonValue } from '../../../core/json-value.ts'
import { Node, NodeId } from '../../../engine/model/definition.ts'
import {
  CAPABILITY_NAMES,
  CAPABILITY_TEXT,
  capabilityPlan,
  faultsOfParameters,
  NO_SUCH_CAPABILITY,
} from './capabilities.ts'
import type { Plan, PlanOptions, TaskType } from './task-type.ts'

const MAX_STEPS = 200

const Step = Node.omit({ id: true, undo: true, position: true, notes: true, meta: true })
  .extend({
    id: NodeId.optional().describe('Names the step in expressions. Default: `step1`, `step2` and so on.'),
    weight: z.number().min(0).max(1_000).optional().describe('Its share of the work. Default: 1.'),
    after: z
      .array(NodeId)
      .max(MAX_STEPS)
      .optional()
      .describe('The steps that end before it starts. Default: the step before it.'),
  })
  .strict()
type Step = z.infer<typeof Step>

const FORMS = ['agentId', 'capability', 'workflowId', 'steps'] as const

export const CustomInput = z
  .strictObject({
    workflowId: z.string().max(100).optional().describe('A workflow of the team that does the work.'),
    version: z.int().min(1).optional().describe('The version of the workflow. Default: the current one.'),
    agentId: z
      .string()
      .max(64)
      .optional()
      .describe('An agent of the team that does the work: its id, or the name of a built-in type.'),
    prompt: z.string().min(1).max(200_000).optional().describe('The prompt for the agent.'),
    capability: z
      .enum(CAPABILITY_NAMES, { error: NO_SUCH_CAPABILITY })
      .optional()
      .describe(
        `One thing that the product can do by itself, with the parameters of the node behind it: ${CAPABILITY_TEXT}.`,
      ),
    parameters: z
      .record(z.string(), JsonValue)
      .optional()
      .describe('The parameters of the capability, as values.'),
    input: JsonValue.optional().describe('The input of the workflow, or of the external worker.'),
    steps: z
      .array(Step)
      .min(1)
      .max(MAX_STEPS)
      .optional()
      .describe('The steps, as nodes of a workflow; each follows the one before it.'),
    output: z
      .unknown()
      .optional()
      .describe('The result, with expressions. Default: the output of the last step.'),
  })
  .superRefine((input, context) => {
    const given = FORMS.filter((form) => (input as Record<string, unknown>)[form] !== undefined)
    if (given.length > 1)
      context.addIssue({ code: 'custom', path: [given[1] ?? ''], message: `Either ${given.join(' or ')}` })
    if (input.version !== undefined && input.workflowId === undefined)
      context.addIssue({ code: 'custom', path: ['version'], message: 'Only with a workflowId' })
    if ((input.prompt === undefined) !== (input.agentId === undefined))
      context.addIssue({
        code: 'custom',
        path: [input.prompt === undefined ? 'prompt' : 'agentId'],
        message: 'agentId and prompt must be set together',
      })
    if (input.parameters !== undefined && input.capability === undefined)
      context.addIssue({ code: 'custom', path: ['parameters'], message: 'Only with a capability' })
    if (input.capability !== undefined)
      for (const { path, message } of faultsOfParameters(input.capability, input.parameters ?? {}))
        context.addIssue({ code: 'custom', path: ['parameters', ...path], message })
    if (input.output !== undefined && input.steps === undefined)
      context.addIssue({ code: 'custom', path: ['output'], message: 'Only with steps' })
  })
export type CustomInput = z.infer<typeof CustomInput>

export const customType: TaskType = {
  name: 'custom',
  title: 'Custom work',
  description:
    'Runs a workflow of the team, asks an agent of it, uses a capability of the product, or runs its own steps. With none of these, an external worker takes the task with POST /tasks/claim and reports its result.',
  input: CustomInput,
  result:
    'The output of the workflow, of the capability or of the last step, the answer of the agent, or what the worker has reported.',
  steps: [],
  plan: (input, options) => planOf(input as CustomInput, options),
}

function planOf(
  { workflowId, version, agentId, capability, parameters, steps, output }: CustomInput,
  options: PlanOptions,
): Plan | null {
  if (agentId !== undefined) return agentPlan(agentId, options)
  if (capability !== undefined) return capabilityPlan(capability, parameters ?? {}, options)
  if (workflowId !== undefined) return workflowPlan(workflowId, version, options)
  return steps === undefined ? null : stepsPlan(steps, output, options)
}

/** The input is passed as a value, so that nothing in it is evaluated as an expression. */
function workflowPlan(workflowId: string, version: number | undefined, options: PlanOptions): Plan {
  const params = { workflowId, input: '{{ input.input }}', ...(version === undefined ? {} : { version }) }
  const { retry, timeoutMs } = options
  const time = timeoutMs === null ? {} : { timeoutMs }
  return {
    definition: {
      nodes: [{ id: 'workflow', type: 'flow.workflow', name: 'Run the workflow', params, retry, ...time }],
      output: '{{ nodes.workflow }}',
    },
    steps: [{ id: 'workflow', name: 'Run the workflow', weight: 1 }],
  }
}

/** It tries its other models by itself, so the node has no `retry`. */
function agentPlan(agentId: string, { timeoutMs }: PlanOptions): Plan {
  const time = timeoutMs === null ? {} : { timeoutMs }
  const params = { agentId, prompt: '{{ input.input.prompt }}' }
  return {
    definition: {
      nodes: [{ id: 'agent', type: 'ai.agent', name: 'Ask the agent', params, ...time }],
      output: '{{ nodes.agent }}',
    },
    steps: [{ id: 'agent', name: 'Ask the agent', weight: 1 }],
  }
}

function stepsPlan(steps: readonly Step[], output: unknown, { retry, timeoutMs }: PlanOptions): Plan {
  const named = steps.map((step, at) => ({ ...step, id: step.id ?? `step${at + 1}` }))
  const edges = named.flatMap(({ id, after }, at) => {
    const before = after ?? (at === 0 ? [] : [named[at - 1]?.id ?? ''])
    return before.map((from) => ({ from, to: id }))
  })
  return {
    definition: {
      ...(timeoutMs === null ? {} : { settings: { timeoutMs } }),
      nodes: named.map(({ weight: _weight, after: _after, ...node }) => ({ retry, ...node })),
      edges,
      output: output === undefined ? `{{ nodes[${JSON.stringify(named.at(-1)?.id)}] }}` : output,
    },
    steps: named.map(({ id, name, type, weight }) => ({ id, name: name ?? type, weight: weight ?? 1 })),
  }
}

/** The input of its run, in addition to what every task has. */
export function customInputOf(given: Json): Json {
  const { input, prompt, parameters } = given as { input?: Json; prompt?: string; parameters?: Json }
  if (parameters !== undefined) return parameters
  return prompt === undefined ? (input ?? {}) : { prompt, ...(input === undefined ? {} : { input }) }
}
