import type { Definition, Edge, Node } from '../definition.ts'
import type { NodeTypes } from '../node-type.ts'
import type { Plan } from '../plan.ts'
import { buildPlan } from './build.ts'
import { outline, type RawBody, type Reader } from './outline.ts'
import { scopeGraph } from './scope-graph.ts'

// A stored definition was checked when it was accepted. Checking it again on waking would let a schema that has
// changed since stop a run that had already begun.
const NOTHING: ReadonlySet<string> = new Set()

const TRUSTING: Reader = {
  head: (raw) => raw as Definition,
  node: (raw) => ({ part: raw as Node, cut: NOTHING }),
  edge: (raw) => ({ part: raw as Edge, cut: NOTHING }),
  body: (raw) => raw as RawBody | undefined,
  duplicate: () => {},
  dangling: () => {},
}

/** The plan of a definition that `compile` has accepted before. */
export function loadPlan(definition: Definition, types: NodeTypes): Plan {
  const laid = outline(definition, types, TRUSTING)
  const graphs = laid.scopes.map((scope) => scopeGraph(laid, scope, new Set()))
  return buildPlan(laid, graphs, types)
}
