import type { Definition } from '../model/definition.ts'
import type { NodeTypes } from '../model/node-type.ts'
import type { Bodies, Plan } from '../model/plan.ts'
import { buildPlan } from './build.ts'
import { outline, TRUSTED } from './outline.ts'
import { scopeGraph } from './scope-graph.ts'

/**
 * The plan of a definition that `compile` has accepted before. It is not checked again: a schema that has changed
 * since must not stop a run that has started. `bodies` are those that the run has stored.
 */
export function loadPlan(definition: Definition, types: NodeTypes, bodies?: Bodies): Plan {
  const outlined = outline(definition, types, TRUSTED, bodies)
  const graphs = outlined.scopes.map((scope) => scopeGraph(outlined, scope, new Set()))
  return buildPlan(outlined, graphs, types)
}
