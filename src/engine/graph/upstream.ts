import type { Plan, PlanScope } from '../model/plan.ts'

/** Which nodes can have an outcome before others, in one scope. */
export interface Upstream {
  /** Over forward edges only. */
  forward(ancestor: number, node: number): boolean
  /** Also through an earlier iteration of a loop. */
  any(ancestor: number, node: number): boolean
}

const cache = new WeakMap<PlanScope, Upstream>()

/** Bit sets over the scope, created on first use: at most n²/8 bytes, 125 KB for a thousand nodes. */
export function upstreamOf(plan: Plan, scope: number): Upstream {
  const key = plan.scopes[scope]!
  const known = cache.get(key)
  if (known) return known
  const made = build(plan, key)
  cache.set(key, made)
  return made
}

function build(plan: Plan, { nodes }: PlanScope): Upstream {
  const local = new Map(nodes.map((node, position) => [node, position]))
  const words = Math.ceil(nodes.length / 32)
  const forward = nodes.map(() => new Uint32Array(words))
  const union = (into: Uint32Array, from: Uint32Array) => {
    for (let word = 0; word < words; word++) into[word]! |= from[word]!
  }
  const mark = (bits: Uint32Array, position: number) => {
    bits[position >>> 5]! |= 1 << (position & 31)
  }
  nodes.forEach((node, position) => {
    for (const edge of plan.nodes[node]!.incoming) {
      const from = local.get(plan.edges[edge]!.from)
      if (from === undefined) continue
      mark(forward[position]!, from)
      union(forward[position]!, forward[from]!)
    }
  })

  // Through the back edge, all nodes of a loop come before one another, and before everything that follows any of
  // them.
  const members = new Map<number, Uint32Array>()
  nodes.forEach((node, position) => {
    const outermost = plan.nodes[node]!.regions[0]
    if (outermost === undefined) return
    const bits = members.get(outermost) ?? new Uint32Array(words)
    mark(bits, position)
    members.set(outermost, bits)
  })
  const any = members.size === 0 ? forward : forward.map((bits) => bits.slice())
  if (members.size > 0) {
    nodes.forEach((_, position) => {
      for (const [region, bits] of members) {
        const inside = plan.nodes[nodes[position]!]!.regions[0] === region
        if (inside || bits.some((word, i) => (word & forward[position]![i]!) !== 0))
          union(any[position]!, bits)
      }
    })
  }

  const has = (sets: readonly Uint32Array[], ancestor: number, node: number): boolean => {
    const from = local.get(ancestor)
    const bits = sets[local.get(node) ?? -1]
    return from !== undefined && bits !== undefined && (bits[from >>> 5]! & (1 << (from & 31))) !== 0
  }
  return {
    forward: (ancestor, node) => has(forward, ancestor, node),
    any: (ancestor, node) => has(any, ancestor, node),
  }
}
