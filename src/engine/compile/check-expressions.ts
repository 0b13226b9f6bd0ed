import {
  type ParamError,
  paramsReferences,
  surveyParams,
  type TemplateReferences,
} from '../expression/index.ts'
import { upstreamOf } from '../graph/upstream.ts'
import type { NodeTypeInfo, NodeTypes } from '../model/node-type.ts'
import type { Plan } from '../model/plan.ts'
import { type Location, type Problems, quoted } from '../model/problem.ts'
import { ownParams } from './check-params.ts'
import { checkStartText } from './check-start-text.ts'
import type { Outline } from './outline.ts'

/** Whether an expression may use the node with that index. */
type MaySee = (index: number) => boolean

interface Access {
  readonly maySee: MaySee
  /** Whether the expression at that path of the value can use `item`. */
  readonly mayUseItem: (path: string) => boolean
  /** Whether it is outside the items of its own node. */
  readonly ofEach?: boolean
}

/**
 * Parses every expression, and checks that the nodes it uses come before. `plan` is undefined if the graph has
 * problems. Then only the parts are checked that need no graph.
 */
export function checkExpressions(
  outline: Outline,
  types: NodeTypes,
  plan: Plan | undefined,
  problems: Problems,
): void {
  const users = undoUsers(outline)
  for (const { node, index, at, cut, scope } of outline.nodes) {
    if (outline.scopes[scope]!.isOurs) continue
    const maySee: MaySee = (target) => {
      if (plan === undefined || cut.has('id')) return true
      const undone = users.get(index)
      if (undone === undefined) return isUpstream(plan, target, index)
      return undone.some((user) => user === target || isUpstream(plan, target, user))
    }
    const info = types.get(node.type)
    const items = itemsAround(outline, index, users)
    const own = items || node.each !== undefined || info === undefined || cut.has('id') || cut.has('each')
    const mayUseItem = (path: string) => own || isDeferred(info, path)
    check(ownParams(info, node), [...at, 'params'], { maySee, mayUseItem }, outline, problems)
    const outer: Access = {
      maySee,
      mayUseItem: () => items || cut.has('id'),
      ofEach: node.each !== undefined,
    }
    if (node.when !== undefined) check(node.when, [...at, 'when'], outer, outline, problems)
    if (node.each) check(node.each.items, [...at, 'each', 'items'], outer, outline, problems)
  }
  for (const { output, at, index, group, isOurs } of outline.scopes) {
    if (output === undefined || isOurs) continue
    const maySee: MaySee = (target) => {
      const { scope } = outline.nodes[target]!
      return plan === undefined || scope === index || (group >= 0 && isUpstream(plan, target, group))
    }
    const mayUseItem = () => group >= 0 && (hasItems(outline, group) || itemsAround(outline, group, users))
    check(output, [...at, 'output'], { maySee, mayUseItem }, outline, problems)
  }
  const { concurrency, title } = outline.definition.settings ?? {}
  checkStartText(concurrency?.key, ['settings', 'concurrency', 'key'], problems)
  checkStartText(title, ['settings', 'title'], problems)
}

function check(value: unknown, at: Location, access: Access, outline: Outline, problems: Problems): void {
  const survey = surveyParams(value, undefined, problems.regexes)
  reportErrors(survey.errors, at, problems)
  checkReferences(paramsReferences(survey), at, access, outline, problems)
}

export function reportErrors(errors: readonly ParamError[], at: Location, problems: Problems): void {
  for (const { path, error } of errors) {
    const message = `${error.message} (column ${error.column})`
    const hint = error.expected === undefined ? undefined : `Expected ${error.expected}`
    problems.add(inside(at, path), error.code, message, hint)
  }
}

function checkReferences(
  references: readonly ({ path: string } & TemplateReferences)[],
  at: Location,
  { maySee, mayUseItem, ofEach = false }: Access,
  { byId }: Outline,
  problems: Problems,
): void {
  for (const { path, nodes, usesItem } of references) {
    if (usesItem && !mayUseItem(path)) {
      const hint = ofEach
        ? 'This is evaluated once, before there are items. Filter the list in each.items instead'
        : 'Add each to the node, or use them in a parameter that a data node evaluates for each item'
      problems.add(inside(at, path), 'expression.no_item', 'item and index are not available here', hint)
    }
    for (const { id, column } of nodes) {
      const index = byId.get(id)
      const place = inside(at, path)
      if (index === undefined) {
        const hint = problems.didYouMean(id, byId.keys())
        const message = `The node ${quoted(id)} does not exist (column ${column})`
        problems.add(place, 'expression.unknown_node', message, hint)
      } else if (!maySee(index)) {
        problems.add(
          place,
          'expression.not_upstream',
          `${quoted(id)} does not come before this (column ${column})`,
          'An expression can only read nodes that lead to it, in the same body or an enclosing one',
        )
      }
    }
  }
}

function isUpstream(plan: Plan, target: number, from: number): boolean {
  const { scope } = plan.nodes[target]!
  let at = from
  while (plan.nodes[at]!.scope !== scope) {
    const { group } = plan.scopes[plan.nodes[at]!.scope]!
    if (group < 0) return false
    at = group
  }
  return upstreamOf(plan, scope).any(target, at)
}

const hasItems = ({ nodes }: Outline, index: number): boolean => {
  const { node, cut } = nodes[index]!
  return node.each !== undefined || cut.has('each')
}

/** Whether a group around the node runs for each item. The node that undoes an item can use `item` too. */
function itemsAround(
  outline: Outline,
  index: number,
  users: ReadonlyMap<number, readonly number[]>,
): boolean {
  if (users.get(index)?.some((user) => hasItems(outline, user))) return true
  let { group } = outline.scopes[outline.nodes[index]!.scope]!
  while (group >= 0) {
    if (hasItems(outline, group)) return true
    group = outline.scopes[outline.nodes[group]!.scope]!.group
  }
  return false
}

const isDeferred = (info: NodeTypeInfo | undefined, path: string): boolean =>
  info?.deferred?.some(
    (name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`),
  ) ?? false

/** The nodes that an undo target belongs to. It can use what they can use, and their outputs. */
function undoUsers(outline: Outline): Map<number, number[]> {
  const users = new Map<number, number[]>()
  for (const { node, index } of outline.nodes) {
    const target = node.undo === undefined ? undefined : outline.byId.get(node.undo)
    if (target === undefined) continue
    const list = users.get(target)
    if (list) list.push(index)
    else users.set(target, [index])
  }
  return users
}

/** The parts of a path in a value, as `expression` writes it: `headers["X-Id"]`, `cases[1].when`. */
const PART = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g

const inside = (at: Location, path: string): Location => [
  ...at,
  ...[...path.matchAll(PART)].map(([, index, text, name = '']) =>
    index !== undefined ? Number(index) : text !== undefined ? String(JSON.parse(text)) : name,
  ),
]
