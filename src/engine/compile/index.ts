// Compiles a definition to a plan, or to the list of its problems.
// D1. Never throws, whatever the input, and takes time in proportion to its size.
// D2. All problems are reported at once. Only a definition that is too large, too deep or not JSON is not checked
//     further.
import '../../core/plain-issues.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { NodeTypes } from '../model/node-type.ts'
import type { Plan } from '../model/plan.ts'
import { problems as newProblems, type Problem, type Problems } from '../model/problem.ts'
import { buildPlan } from './build.ts'
import { checkExpressions } from './check-expressions.ts'
import { checkEdges, checkGraph } from './check-graph.ts'
import { checkNodes } from './check-nodes.ts'
import { checkTriggers } from './check-triggers.ts'
import { measure } from './measure.ts'
import { readDefinition } from './read.ts'
import { scopeGraph } from './scope-graph.ts'

export { loadPlan } from './load.ts'

export interface CompileContext {
  /** The triggers of the definition. Their entries count as starts. */
  readonly triggers?: unknown
}

export function compile(
  definition: unknown,
  types: NodeTypes,
  context: CompileContext = {},
): Result<Plan, Problem[]> {
  const problems = newProblems()
  let plan: Plan | undefined
  try {
    plan = check(definition, types, context, problems)
  } catch (thrown) {
    // An accessor or the schema of a node type has thrown. The definition cannot be used either way.
    const reason = thrown instanceof Error ? thrown.message : 'unknown reason'
    problems.add([], 'definition.unreadable', `The definition could not be read: ${reason}`)
  }
  return plan !== undefined && problems.list.length === 0 ? ok(plan) : err(problems.list)
}

function check(
  definition: unknown,
  types: NodeTypes,
  context: CompileContext,
  problems: Problems,
): Plan | undefined {
  if (!measure(definition, problems) || !measure(context.triggers ?? null, problems)) return undefined
  const outline = readDefinition(definition, types, problems)
  if (outline === undefined) return undefined
  const entries = checkTriggers(context.triggers, outline, problems)
  checkNodes(outline, types, problems)
  checkEdges(outline, types, problems)
  const graphs = outline.scopes.map((scope) => scopeGraph(outline, scope, entries))
  const isSound = checkGraph(outline, graphs, problems)
  const plan = isSound ? buildPlan(outline, graphs, types) : undefined
  checkExpressions(outline, types, plan, problems)
  return plan
}
