// The dry run. Invariants:
// 1. It reaches no external service and stores nothing. Only pure nodes compute. The outcome of any other node is unknown
//    unless the caller supplies it.
// 2. Everything it reports as known happens the same way in a run with the same input. What depends on unknown outcomes is
//    reported as such. Effects are assumed to succeed, and the node says so.
import type { Plan, PlanNode } from '../../../engine/model/plan.ts'
import type { AgentParams } from '../../../nodes/ai/agent.ts'
import { setupOf } from '../../../nodes/ai/inner/setup.ts'
import type { Setup } from '../../../nodes/ai/settings.ts'
import type { Mock } from '../../../nodes/mock.ts'
import { NodeFailure, type NodeInput, type NodeType } from '../../../nodes/node.ts'
import { nodeOf } from '../../../nodes/registry.ts'
import type { Mocks } from '../schema/mocks.ts'
import type { PlannedNode } from '../schema/plan.ts'
import {
  type EdgeState,
  type Evaluated,
  edgeState,
  evaluate,
  prevOf,
  takenOutputs,
  type World,
} from './known.ts'
import { mocked } from './mocked.ts'
import { failed, planEach, shown, withOutput } from './planned.ts'

/** The evaluation budget of the whole dry run. */
const BUDGET = { steps: 1_000_000, bytes: 32 * 1024 * 1024 }

export type Simulation = {
  nodes: PlannedNode[]
  output: Evaluated
  /** What nodes would send to models, by node id. */
  questions: Map<string, Setup>
}

export function simulate(
  plan: Plan,
  given: Pick<World, 'scope' | 'run' | 'now' | 'agents'>,
  options: { entry?: string | undefined; mocks?: Mocks | undefined },
): Simulation {
  const world: World = { plan, outcomes: new Map(), ...given, budget: { ...BUDGET } }
  const root = plan.scopes[0]
  const entry = options.entry === undefined ? null : (plan.byId.get(options.entry) ?? -1)
  const starts = new Set(entry === null ? root?.entries : [entry])
  const nodes: PlannedNode[] = []
  const questions = new Map<string, Setup>()
  for (const index of root?.nodes ?? []) {
    const node = plan.nodes[index]
    if (node === undefined) continue
    const planned = planNode(world, node, starts.has(index), options.mocks?.[node.id])
    world.outcomes.set(index, {
      verdict: planned.verdict,
      port: planned.port,
      ...('output' in planned ? { output: { value: planned.output } } : {}),
    })
    const question = questionOf(world, node, planned)
    if (question !== null) questions.set(node.id, question)
    nodes.push('output' in planned ? { ...planned, output: shown(planned.output) } : planned)
  }
  return { nodes, output: outputOf(world), questions }
}

function planNode(world: World, node: PlanNode, isStart: boolean, mock: Mock | undefined): PlannedNode {
  const type = nodeOf(node.type)
  const base: PlannedNode = {
    id: node.id,
    type: node.type,
    name: node.node.name ?? null,
    verdict: 'runs',
    reason: null,
    effect: !node.pure,
    unresolved: [],
    items: null,
    port: null,
    error: null,
  }
  const edges = node.incoming.map((index) => edgeState(world, index))
  const joined = isStart ? 'runs' : joinOf(node, edges)
  if (joined === 'skipped') return { ...base, verdict: 'skipped', reason: 'No taken branch leads here' }
  if (joined === 'depends')
    return { ...base, verdict: 'depends', reason: 'Depends on which branches are taken' }
  if (node.node.when !== undefined) {
    const when = evaluate(world, node, node.node.when)
    if (when.kind === 'error') return failed(base, node, when)
    if (when.kind === 'unknown')
      return {
        ...base,
        verdict: 'depends',
        reason: 'Its condition depends on unknown outputs',
        unresolved: ['when'],
      }
    if (!when.value) return { ...base, verdict: 'skipped', reason: 'Its condition is false' }
  }
  if (node.node.disabled) {
    const prev = prevOf(world, node)
    return { ...withOutput(base, prev), port: node.firstPort, reason: 'Disabled: passes its input on' }
  }
  const work = () => (type === undefined ? base : planWork(world, node, type, base, edges))
  return mock === undefined ? work() : mocked(world, node, type, base, mock, work)
}

function joinOf(node: PlanNode, edges: EdgeState[]): 'runs' | 'skipped' | 'depends' {
  const taken = edges.filter((state) => state === 'taken').length
  const open = edges.filter((state) => state === 'open').length
  const needed = node.join.mode === 'quorum' ? node.join.count : 1
  if (taken >= needed) return 'runs'
  return taken + open === 0 ? 'skipped' : 'depends'
}

function planWork(
  world: World,
  node: PlanNode,
  type: NodeType,
  base: PlannedNode,
  edges: EdgeState[],
): PlannedNode {
  const open = { ...base, port: singlePort(node, type) }
  if (node.each !== null) return planEach(world, node, open)
  if (node.regions.length > 0)
    return { ...open, port: null, reason: 'Part of a loop: the number of rounds is only known in a run' }
  if (type.kind === 'group' && type.body === undefined)
    return { ...open, reason: 'Its body is not part of the preview' }
  const { now, deferred } = splitParams(node, type)
  const evaluated = evaluate(world, node, now)
  if (evaluated.kind === 'error') return failed(open, node, evaluated)
  if (evaluated.kind === 'unknown')
    return { ...open, unresolved: evaluated.unresolved, reason: 'Needs outputs that are not known yet' }
  const parsed = type.params.safeParse({ ...(evaluated.value as object), ...deferred })
  if (!parsed.success) {
    const [first] = parsed.error.issues
    const message = `${first?.path.join('.') ?? ''}: ${first?.message ?? 'invalid'}`
    return failed(open, node, { code: 'params.invalid', message })
  }
  const planned = { ...open, params: shown(evaluated.value) }
  if (!type.pure) return { ...planned, reason: 'Has an effect; the preview assumes that it succeeds' }
  // A merge that does not wait for all branches, and any node with an undecided branch, sees only what has arrived by then.
  const prev = prevOf(world, node)
  const taken = takenOutputs(world, node)
  if (prev === null || taken === null || (type.kind === 'merge' && node.join.mode !== 'all'))
    return {
      ...planned,
      reason: edges.includes('open') ? 'Depends on other branches' : 'Needs outputs that are not known yet',
    }
  return compute(world, node, type, planned, { params: parsed.data, prev: prev.value, taken })
}

type Given = { params: unknown; prev: unknown; taken: Record<string, unknown> }

function compute(
  world: World,
  node: PlanNode,
  type: Extract<NodeType, { pure: true }>,
  planned: PlannedNode,
  given: Given,
): PlannedNode {
  const input: NodeInput<unknown> = {
    ...given,
    inside: () => [],
    isAgain: false,
    evaluate: (param, extra) => {
      const result = evaluate(world, node, node.node.params?.[param], extra)
      if (result.kind === 'value') return result.value
      const { code, message } =
        result.kind === 'error'
          ? result
          : { code: 'plan.open', message: `${param} needs outputs that are not known yet` }
      throw new NodeFailure({ code, message, retryable: false })
    },
    hasEdge: (port) => node.outgoing.some((index) => world.plan.edges[index]?.port === port),
    nowMs: world.now,
    path: node.id,
    attempt: 1,
    failures: 0,
    idempotencyKey: `${world.run.id}:${node.id}`,
    credential: null,
    run: { ...world.run, depth: 0 },
  }
  try {
    const result = type.compute(input)
    if ('error' in result) return failed(planned, node, result.error)
    if ('wait' in result)
      return { ...planned, port: singlePort(node, type), reason: `Waits: ${result.wait.kind}` }
    return { ...withOutput(planned, { value: result.output }), port: result.port ?? 'main' }
  } catch (thrown) {
    if (!(thrown instanceof NodeFailure)) throw thrown
    if (thrown.error.code === 'plan.open') return { ...planned, reason: thrown.error.message }
    return failed(planned, node, thrown.error)
  }
}

/** The parameters as the first inner node of the body prepares them: this is what the node sends to models. */
function questionOf(world: World, node: PlanNode, planned: PlannedNode): Setup | null {
  const first = node.supplied?.nodes[0]
  const begin = first === undefined ? undefined : nodeOf(first.type)
  if (begin === undefined || planned.verdict !== 'runs' || planned.params === undefined) return null
  const evaluated = evaluate(world, node, node.node.params ?? {})
  if (evaluated.kind !== 'value') return null
  try {
    const params = begin.params.parse(evaluated.value)
    if (!begin.pure) return storedQuestion(world, params as AgentParams)
    const result = begin.compute({
      params,
      nowMs: world.now,
      hasEdge: (_port: string) => true,
    } as NodeInput<unknown>)
    const setup = ('output' in result ? result.output : null) as Setup | null
    return setup?.messages === undefined ? null : setup
  } catch {
    return null
  }
}

function storedQuestion({ agents, now }: World, params: AgentParams): Setup | null {
  const agent = params.agent ?? agents.get(params.agentId ?? '')
  return agent === undefined ? null : setupOf(agent, params, now)
}

/** Leaves deferred parameters unevaluated; the engine handles the body of a group. */
function splitParams(node: PlanNode, type: NodeType) {
  const now: Record<string, unknown> = {}
  const deferred: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(node.node.params ?? {}))
    (type.deferred?.includes(name) ? deferred : now)[name] = value
  return { now, deferred }
}

/** The port of a node that has only one, if the node does not fail. */
function singlePort(node: PlanNode, type: NodeType): string | null {
  const ports = type.ports(node.node.params ?? {})
  return ports.length === 1 ? (ports[0] ?? null) : null
}

function outputOf(world: World): Evaluated {
  const root = world.plan.scopes[0]
  return root?.output === undefined ? { kind: 'unknown', unresolved: [] } : evaluate(world, null, root.output)
}
