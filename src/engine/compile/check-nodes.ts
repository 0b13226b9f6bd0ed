import { LIMITS, type Node } from '../model/definition.ts'
import type { NodeTypeInfo, NodeTypes } from '../model/node-type.ts'
import { type Location, type Problems, quoted } from '../model/problem.ts'
import { checkParams } from './check-params.ts'
import { checkCondition, valuesAt } from './condition.ts'
import type { Outline, OutlineNode } from './outline.ts'
import { portsOf } from './ports.ts'

/** Checks each node together with its edges. */
export function checkNodes(outline: Outline, types: NodeTypes, problems: Problems): void {
  const incoming = new Map<number, number>()
  const outgoing = new Map<number, Set<string>>()
  for (const { edges, isOurs } of outline.scopes) {
    if (isOurs) continue
    for (const { from, to, edge } of edges) {
      if (!edge.back) incoming.set(to, (incoming.get(to) ?? 0) + 1)
      const ports = outgoing.get(from)
      if (ports) ports.add(edge.port ?? 'main')
      else outgoing.set(from, new Set([edge.port ?? 'main']))
    }
  }
  const isLinked = (index: number) => incoming.has(index) || outgoing.has(index)
  for (const one of outline.nodes) {
    const { node, at, index, cut } = one
    if (outline.scopes[one.scope]!.isOurs) continue
    const info = types.get(node.type)
    if (info === undefined || info.internal) {
      if (!cut.has('type')) reportType(node, at, types, problems)
    } else {
      if (!cut.has('params')) checkParams(info, node, at, problems)
      checkType(info, one, incoming.get(index) ?? 0, problems)
    }
    checkConditions(info, node, at, problems)
    if (node.onError === 'route' && !cut.has('id') && !outgoing.get(index)?.has('error')) {
      problems.add(
        [...at, 'onError'],
        'node.error_route_missing',
        'No edge is connected to the port "error"',
        `Add { from: "${node.id}", port: "error", to: … }, or choose "fail" or "continue"`,
      )
    }
    if (node.undo !== undefined) checkUndo(one, outline, types, isLinked, problems)
  }
}

function reportType(node: Node, at: Location, types: NodeTypes, problems: Problems): void {
  const hint = problems.didYouMean(node.type, types.types())
  problems.add(
    [...at, 'type'],
    'node.unknown_type',
    `The node type ${quoted(node.type)} does not exist`,
    hint,
  )
}

function checkConditions(info: NodeTypeInfo | undefined, node: Node, at: Location, problems: Problems): void {
  checkCondition(node.when, [...at, 'when'], problems)
  for (const path of info?.conditions ?? []) {
    for (const found of valuesAt(node.params, path))
      checkCondition(found.value, [...at, 'params', ...found.at], problems)
  }
}

function checkType(
  info: NodeTypeInfo,
  { node, at, cut }: OutlineNode,
  incoming: number,
  problems: Problems,
): void {
  const ports = portsOf(info, node)
  const mayHaveCredential = node.credential !== undefined || cut.has('credential')
  if (info.needsCredential && !mayHaveCredential && !node.disabled) {
    problems.add([...at, 'credential'], 'node.missing_credential', `${info.type} needs a credential`)
  }
  // Ignoring the credential would send calls without authentication.
  if (node.credential !== undefined && !info.needsCredential && !info.takesCredential) {
    problems.add(
      [...at, 'credential'],
      'node.no_credential',
      `${info.type} does not use a credential`,
      'Leave "credential" out',
    )
  }
  if (node.onError === 'continue' && ports && !ports.includes('main')) {
    problems.add(
      [...at, 'onError'],
      'node.no_main_port',
      `onError "continue" needs a port "main", but ${info.type} has ${ports.join(', ')}`,
      'Choose "route" and connect the port "error"',
    )
  }
  if (node.each) {
    const { items } = node.each
    if (info.kind === 'merge' || (ports && ports.length > 1)) {
      problems.add([...at, 'each'], 'each.multiple_ports', 'Only nodes with a single port can have each')
    }
    if (info.mayWait) {
      const hint = 'Put the node into a group, and add each to the group'
      problems.add([...at, 'each'], 'each.cannot_wait', `${info.type} can wait, so it cannot have each`, hint)
    }
    if (typeof items === 'string' && !items.includes('{{')) {
      const hint = 'Use an array, or an expression that returns one'
      problems.add([...at, 'each', 'items'], 'each.not_a_list', 'The items must be a list, not a text', hint)
    }
    if (Array.isArray(items) && items.length > LIMITS.items) {
      const message = `The list has ${items.length} items; at most ${LIMITS.items} are allowed`
      problems.add([...at, 'each', 'items'], 'each.too_many_items', message)
    }
  }
  if (info.kind === 'group' && node.retry) {
    problems.add(
      [...at, 'retry'],
      'group.no_retry',
      'A group cannot have a retry policy, because its recorded outcomes are kept',
      info.body
        ? 'List more models instead; they are tried in order'
        : 'Add a retry policy to the nodes inside',
    )
  }
  if (info.kind === 'merge' && !cut.has('params') && !cut.has('id')) checkMerge(node, at, incoming, problems)
}

function checkMerge(node: Node, at: Location, incoming: number, problems: Problems): void {
  const { mode = 'all', count } = node.params ?? {}
  if (typeof mode !== 'string' || mode.includes('{{')) {
    problems.add(
      [...at, 'params', 'mode'],
      'merge.mode_not_fixed',
      'The mode of a merge cannot be an expression',
    )
  }
  if (mode !== 'quorum') return
  if (typeof count !== 'number') {
    problems.add([...at, 'params', 'count'], 'merge.count_missing', 'A quorum needs a number as its count')
  } else if (count > incoming) {
    const message = `The count is ${count}, but only ${incoming} edges lead to the merge`
    problems.add([...at, 'params', 'count'], 'merge.count_too_high', message)
  }
}

function checkUndo(
  { node, at, scope, index }: OutlineNode,
  outline: Outline,
  types: NodeTypes,
  isLinked: (index: number) => boolean,
  problems: Problems,
): void {
  const path = [...at, 'undo']
  const target = outline.byId.get(node.undo!)
  const other = target === undefined ? undefined : outline.nodes[target]
  if (other === undefined || other.scope !== scope) {
    problems.add(path, 'undo.unknown_node', `The body has no node ${quoted(node.undo)}`)
    return
  }
  if (isLinked(other.index)) {
    problems.add(path, 'undo.has_edges', `${quoted(node.undo)} has edges. An undo node must not be connected`)
  }
  const isGroup = types.get(other.node.type)?.kind === 'group'
  if (isGroup || other.node.each || other.node.undo !== undefined || other.index === index) {
    problems.add(path, 'undo.not_simple', 'An undo node cannot be a group, and cannot have each or an undo')
  }
}
