// Definitions that are ready to run: the plan, and the parsed expressions of each node. Both follow from the
// definition alone, so all runs of this isolate share them by its hash.
import { toHex, utf8 } from '../../../src/core/crypto.ts'
import { hashNow } from '../../../src/core/digest.ts'
import { remember } from '../../../src/core/remember.ts'
import { loadPlan } from '../../../src/engine/compile/load.ts'
import { type CompiledParams, compileParams, paramsReferences } from '../../../src/engine/expression/index.ts'
import type { Definition } from '../../../src/engine/model/definition.ts'
import type { Bodies, Plan, PlanNode } from '../../../src/engine/model/plan.ts'
import type { NodeType } from '../../../src/nodes/node.ts'
import { NODE_TYPES, nodeOf } from '../../../src/nodes/registry.ts'
import type { RunSpec } from '../../../src/objects/run-spec.ts'

export type Expressions = {
  compiled: CompiledParams
  nodeIds: readonly string[]
  dynamic: boolean
  usesPrev: boolean
  error: string | null
}

const MAX_PLANS = 200
const plans = new Map<string, Plan>()

type Planned = Pick<RunSpec, 'definitionHash' | 'definition' | 'bodies'>

export function planOf({ definitionHash, definition, bodies }: Planned): Plan {
  const key = bodies === undefined ? definitionHash : `${definitionHash} ${hashOf(bodies)}`
  const known = plans.get(key)
  if (known) {
    plans.delete(key)
    plans.set(key, known)
    return known
  }
  return remember(plans, MAX_PLANS, key, planFor(definition, bodies))
}

/** Other releases may supply other bodies for the same definition. */
const hashOf = (bodies: Bodies): string => toHex(hashNow('sha256', utf8(JSON.stringify(bodies))))

/** A plan that is used once. */
export const planFor = (definition: string, bodies?: Bodies): Plan =>
  loadPlan(JSON.parse(definition) as Definition, NODE_TYPES, bodies)

export type PreparedNode = {
  type: NodeType | undefined
  params: Expressions
  deferred: ReadonlyMap<string, Expressions>
  when: Expressions | null
  items: Expressions | null
}

const nodes = new WeakMap<PlanNode, PreparedNode>()

export function prepareNode(plan: PlanNode): PreparedNode {
  const known = nodes.get(plan)
  if (known) return known
  const type = nodeOf(plan.type)
  const now: Record<string, unknown> = {}
  const deferred = new Map<string, Expressions>()
  for (const [name, value] of Object.entries(plan.node.params ?? {})) {
    if (type?.deferred?.includes(name)) deferred.set(name, prepare(value))
    else now[name] = value
  }
  const prepared: PreparedNode = {
    type,
    params: prepare(now),
    deferred,
    when: plan.node.when === undefined ? null : prepare(plan.node.when),
    items: plan.node.each === undefined ? null : prepare(plan.node.each.items),
  }
  nodes.set(plan, prepared)
  return prepared
}

const outputs = new WeakMap<object, Expressions>()

/** The `output` of a workflow or of a body. */
export function prepareOutput(owner: object, output: unknown): Expressions {
  const known = outputs.get(owner)
  if (known) return known
  const prepared = prepare(output)
  outputs.set(owner, prepared)
  return prepared
}

const NOTHING: CompiledParams = (() => {
  const empty = compileParams({})
  if (!empty.ok) throw new Error('No parameters do not compile')
  return empty.value
})()

function prepare(value: unknown): Expressions {
  const compiled = compileParams(value)
  if (!compiled.ok) {
    // Only a definition that an older version accepted can get here. The node fails when it starts.
    const first = compiled.error[0]
    return {
      compiled: NOTHING,
      nodeIds: [],
      dynamic: false,
      usesPrev: false,
      error: first ? `${first.path}: ${first.error.message}` : 'invalid',
    }
  }
  const references = paramsReferences(compiled.value)
  return {
    compiled: compiled.value,
    nodeIds: [...new Set(references.flatMap((one) => one.nodes.map(({ id }) => id)))],
    dynamic: references.some((one) => one.usesNodesDynamically),
    usesPrev: references.some((one) => one.usesPrev),
    error: null,
  }
}
