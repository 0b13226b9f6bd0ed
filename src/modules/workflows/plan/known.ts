// What a dry run knows: the outcomes of nodes that follow from the input alone.
import {
  type Budget,
  compileParams,
  evaluateParams,
  paramsReferences,
  UUID_SEED,
} from '../../../engine/expression/index.ts'
import type { Plan, PlanNode } from '../../../engine/model/plan.ts'
import type { AgentSpec } from '../../../nodes/ai/agent-spec.ts'

export type Outcome = {
  verdict: 'runs' | 'skipped' | 'fails' | 'depends'
  /** Absent while it is unknown. */
  output?: { value: unknown }
  /** The port taken; null while it is unknown. */
  port: string | null
}

export type World = {
  plan: Plan
  outcomes: Map<number, Outcome>
  /** The variables of expressions, besides the nodes. */
  scope: Record<string, unknown>
  /** The evaluation budget, shared by all expressions of the dry run. */
  budget: Budget
  run: { id: string; workflowId: string; teamId: string; startedBy: string }
  now: number
  /** Team agents that nodes refer to, by id. */
  agents: ReadonlyMap<string, AgentSpec>
}

export type EdgeState = 'taken' | 'dead' | 'open'

export function edgeState({ plan, outcomes }: World, index: number): EdgeState {
  const edge = plan.edges[index]
  const outcome = edge && outcomes.get(edge.from)
  if (edge === undefined || outcome === undefined) return 'open'
  if (outcome.verdict === 'skipped') return 'dead'
  // After an unhandled failure, nothing new starts.
  if (outcome.verdict === 'fails' && outcome.port === null) return 'dead'
  if (outcome.verdict === 'depends' || outcome.port === null) return 'open'
  return outcome.port === edge.port ? 'taken' : 'dead'
}

/** The outputs of the predecessors whose edge is taken, by id; null while one of them is unknown. */
export function takenOutputs(world: World, node: PlanNode): Record<string, unknown> | null {
  const taken: Record<string, unknown> = {}
  for (const index of node.incoming) {
    const state = edgeState(world, index)
    const from = world.plan.edges[index]?.from ?? -1
    const output = world.outcomes.get(from)?.output
    if (state === 'open' || (state === 'taken' && output === undefined)) return null
    if (state === 'taken') taken[world.plan.nodes[from]?.id ?? ''] = output?.value
  }
  return taken
}

export function prevOf(world: World, node: PlanNode): { value: unknown } | null {
  const taken = takenOutputs(world, node)
  if (taken === null) return null
  // As in a run, this depends on the edges in the graph, not on the branches taken.
  const sources = new Set(node.incoming.map((index) => world.plan.edges[index]?.from))
  return { value: sources.size <= 1 ? Object.values(taken)[0] : taken }
}

export type Evaluated =
  | { kind: 'value'; value: unknown }
  | { kind: 'unknown'; unresolved: string[] }
  | { kind: 'error'; code: string; message: string }

/** Evaluates the expressions whose inputs are known. With `node` null, it evaluates as at the end of the workflow. */
export function evaluate(
  world: World,
  node: PlanNode | null,
  value: unknown,
  extra: Record<string, unknown> = {},
): Evaluated {
  const compiled = compileParams(value)
  if (!compiled.ok)
    return { kind: 'error', code: 'expression.invalid', message: 'The expression cannot be read' }
  const nodes: Record<string, unknown> = {}
  const unresolved: string[] = []
  const prev = node === null ? null : prevOf(world, node)
  for (const reference of paramsReferences(compiled.value)) {
    const known =
      !reference.usesNodesDynamically &&
      (!reference.usesItem || 'item' in extra) &&
      (!reference.usesPrev || prev !== null) &&
      reference.nodes.every(({ id }) => {
        const outcome = world.outcomes.get(world.plan.byId.get(id) ?? -1)
        if (outcome?.output !== undefined) nodes[id] = outcome.output.value
        return outcome?.output !== undefined || outcome?.verdict === 'skipped'
      })
    if (!known) unresolved.push(reference.path)
  }
  if (unresolved.length > 0) return { kind: 'unknown', unresolved }
  const place = `plan ${node?.id ?? ''} ${JSON.stringify(extra.index ?? null)}`
  const scope = { ...world.scope, nodes, prev: prev?.value, ...extra, [UUID_SEED]: place }
  const result = evaluateParams(compiled.value, scope, undefined, world.budget)
  if (result.ok) return { kind: 'value', value: result.value }
  const { path, error } = result.error
  return {
    kind: 'error',
    code: error.code,
    message: `${path === '' ? '' : `${path}, `}column ${error.column}: ${error.message}`,
  }
}
