import type { ReadContext } from '../../../context.ts'
import { notFound } from '../../../core/errors.ts'
import { newId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { toUsd } from '../../../core/money.ts'
import { checkValue } from '../../../engine/json-schema/check-value.ts'
import { compileSchema } from '../../../engine/json-schema/compile.ts'
import { withDefaults } from '../../../engine/json-schema/defaults.ts'
import { inputOr } from '../../../engine/model/input.ts'
import type { Setup } from '../../../nodes/ai/settings.ts'
import { offeredTools } from '../../../nodes/tools/offer.ts'
import { currentAgents } from '../../agents/index.ts'
import { defaultModelChoice, estimateCall } from '../../models/index.ts'
import { agentsIn } from '../check/agents.ts'
import { requireEntry } from '../check/entry.ts'
import { checkWorkflow, toFieldError } from '../check/index.ts'
import { requireMocks } from '../check/mocks.ts'
import { simulate } from '../plan/simulate.ts'
import { findRunnable } from '../repo/runnable.ts'
import type { CallEstimate, PlanWorkflow, WorkflowPlan } from '../schema/plan.ts'

/** Previews a run without running it. Stores nothing and calls no external service. */
export async function planRun(ctx: ReadContext, id: string, input: PlanWorkflow): Promise<WorkflowPlan> {
  const { rows, actor } = await ctx.read((who) => findRunnable(who.teamId, id, input.version ?? null))
  const row = rows[0]
  if (!row) throw notFound(input.version === undefined ? 'The workflow' : 'This version of the workflow')
  const isStored = input.definition === undefined
  const definition: unknown = input.definition ?? JSON.parse(row.definition)
  const { problems, plan } = checkWorkflow(definition, input.triggers ?? [])
  const head = {
    workflowId: id,
    workflowVersion: isStored ? row.version : null,
    valid: problems.length === 0,
    problems: problems.map(toFieldError),
  }
  if (plan === null) return { ...head, inputProblems: [], nodes: [] }
  if (input.entry !== undefined) requireEntry(plan.definition, input.entry)
  if (input.mocks !== undefined) requireMocks(plan.definition, input.mocks)
  const { value, faults } = checkInput((definition as { inputs?: unknown }).inputs, input.input)
  const run = {
    id: newId('run', ctx.now()),
    workflowId: id,
    teamId: actor.teamId,
    startedBy: actor.userId,
  }
  const scope = {
    input: value,
    vars: row.vars === null ? {} : JSON.parse(row.vars),
    run: { id: run.id, startedBy: actor.userId, trigger: { type: 'manual' }, parentRunId: null },
    workflow: { id, name: row.name, version: row.version },
    now: ctx.now(),
  }
  const agents = await currentAgents(
    ctx.env.DB,
    actor.teamId,
    agentsIn(plan.definition).map(({ agentId }) => agentId),
  )
  const { nodes, output, questions } = simulate(plan, { scope, run, now: ctx.now(), agents }, input)
  return {
    ...head,
    inputProblems: faults,
    nodes: await withEstimates(nodes, questions, { ...ctx, teamId: actor.teamId }),
    ...(output.kind === 'value' ? { output: output.value as WorkflowPlan['output'] } : {}),
  }
}

function checkInput(
  inputs: unknown,
  sent: Json | undefined,
): { value: unknown; faults: WorkflowPlan['inputProblems'] } {
  const given = inputOr(inputs, sent)
  const schema = inputs === undefined ? null : compileSchema(inputs)
  if (schema === null || !schema.ok) return { value: given, faults: [] }
  const value = withDefaults(schema.value, given)
  const faults = checkValue(schema.value, value)
  return {
    value,
    faults: faults.map(({ path, code, message }) => ({ path: `/input${path}`, code, message })),
  }
}

type EstimateContext = Pick<ReadContext, 'env' | 'now'> & { teamId: string }

async function withEstimates(
  nodes: WorkflowPlan['nodes'],
  questions: ReadonlyMap<string, Setup>,
  ctx: EstimateContext,
): Promise<WorkflowPlan['nodes']> {
  return Promise.all(
    nodes.map(async (node) => {
      const setup = questions.get(node.id)
      return setup === undefined ? node : { ...node, ...(await estimateOf(ctx, setup, node.items ?? 1)) }
    }),
  )
}

async function estimateOf(
  ctx: EstimateContext,
  { models: [named], answer, instructions, messages, tools, schema, limits }: Setup,
  items: number,
): Promise<{ estimate?: CallEstimate }> {
  const rung = named ?? { ...answer, ...(await defaultModelChoice(ctx)) }
  const { inputTokens, costMicros } = await estimateCall(ctx, {
    rung,
    messages,
    ...(instructions === '' ? {} : { instructions }),
    ...(tools.length === 0 ? {} : { tools: offeredTools(tools) }),
    ...(schema === null ? {} : { schema }),
  })
  const most = Math.max(inputTokens, Math.min(limits.tokens, inputTokens * limits.steps ** 2))
  const highestCost =
    costMicros === null
      ? null
      : Math.min(
          limits.costMicros ?? Number.POSITIVE_INFINITY,
          (costMicros.high * most) / Math.max(1, inputTokens),
        )
  return {
    estimate: {
      provider: rung.provider,
      model: rung.model,
      inputTokens: { low: inputTokens * items, high: most * items },
      costUsd:
        costMicros === null || highestCost === null
          ? null
          : {
              low: toUsd(costMicros.low * items),
              high: toUsd(Math.round(Math.max(costMicros.low, highestCost) * items)),
            },
    },
  }
}
