// Compiles the tree to closures once, which are executed many times. Invariants:
// 1. No closure runs an unbounded loop without paying, and nothing is built before it is paid for.
// 2. A function never becomes a value: arrows exist only as arguments of built-ins that call them.
// 3. A value of the scope is never written to.
import { callMethod, readIndex, readProperty } from './access.ts'
import { fixedKey } from './analyse.ts'
import type { Call, Chain, Expression, Member, Name, ObjectLiteral, Spread, Text } from './ast.ts'
import { compileFunction } from './callbacks.ts'
import type { Dialect } from './dialect.ts'
import { functionOf, namespaceOf } from './dialect.ts'
import type { Machine } from './limits.ts'
import { buildSlots, CALL_COST, spend } from './limits.ts'
import { optionalText, textArgument } from './natives.ts'
import { applyUnary, binaryOperator, concat, toKey } from './operators.ts'
import { makeRegex } from './regex.ts'
import { payProperties, spreadInto, spreadProperties } from './spread.ts'
import { refuseForbidden, toText } from './values.ts'

export type Run = (machine: Machine) => unknown
/** Context for compiling. The source is only used in messages. */
type Context = { readonly dialect: Dialect; readonly source: string }

// Passed up an optional chain instead of a value if its start is missing.
const MISSING = Symbol('missing')

/** Creates the function that evaluates a tree that `analyse` has accepted. */
export const compileTree = (tree: Expression, dialect: Dialect, source: string): Run =>
  compile({ dialect, source }, tree)

function compile(context: Context, node: Expression): Run {
  switch (node.type) {
    case 'literal': {
      const { value } = node
      return () => value
    }
    case 'name':
      return compileName(node)
    case 'local': {
      const { slot } = node
      return (machine) => machine.locals[slot]
    }
    case 'text':
      return compileText(context, node)
    case 'array': {
      const list = compileItems(context, node.items)
      return (machine) => {
        buildSlots(machine, node.items.length, node.at)
        return list(machine)
      }
    }
    case 'object':
      return compileObject(context, node)
    case 'unary': {
      const value = compile(context, node.value)
      return (machine) => applyUnary(machine, node.operator, value(machine), node.at)
    }
    case 'binary': {
      const apply = binaryOperator(node.operator)
      const left = compile(context, node.left)
      const right = compile(context, node.right)
      return (machine) => apply(machine, left(machine), right(machine), node.operatorAt)
    }
    case 'logic':
      return compileLogic(context, node)
    case 'choice': {
      const test = compile(context, node.test)
      const yes = compile(context, node.yes)
      const no = compile(context, node.no)
      return (machine) => (test(machine) ? yes(machine) : no(machine))
    }
    case 'member':
      return compileMember(context, node)
    case 'call':
      return compileCall(context, node)
    case 'chain':
      return compileChain(context, node)
    case 'regex': {
      const { regex } = node
      return () => regex
    }
    case 'regexOf': {
      const source = compile(context, node.source)
      const flags = node.flags === undefined ? undefined : compile(context, node.flags)
      return (machine) => {
        const args = [source(machine), flags?.(machine)]
        const text = textArgument('regex', args, 0, node.at)
        return makeRegex(machine, text, optionalText('regex', args, 1, node.at) ?? '', node.at)
      }
    }
    case 'arrow':
      // Only reached through the arguments of a call that takes a function.
      return compileFunction(context.dialect, node, 'map', (inner) => compile(context, inner))
  }
}

function compileName(node: Name): Run {
  const { name } = node
  return (machine) => machine.scope[name]
}

function compileText(context: Context, node: Text): Run {
  const values = node.values.map((value) => compile(context, value))
  return (machine) => {
    let text = node.texts[0]!
    for (let i = 0; i < values.length; i++) {
      const { at } = node.values[i]!
      text = concat(machine, text, toText(machine, values[i]!(machine), at), at)
      text = concat(machine, text, node.texts[i + 1]!, at)
    }
    return text
  }
}

function compileLogic(context: Context, node: Extract<Expression, { type: 'logic' }>): Run {
  const left = compile(context, node.left)
  const right = compile(context, node.right)
  if (node.operator === '&&') return (machine) => left(machine) && right(machine)
  if (node.operator === '||') return (machine) => left(machine) || right(machine)
  return (machine) => left(machine) ?? right(machine)
}

function compileItems(
  context: Context,
  items: readonly (Expression | Spread)[],
): (machine: Machine) => unknown[] {
  const runs = items.map((item) => compile(context, item.type === 'spread' ? item.value : item))
  if (!items.some((item) => item.type === 'spread')) {
    if (runs.length === 0) return () => []
    if (runs.length === 1) return (machine) => [runs[0]!(machine)]
    return (machine) => runs.map((run) => run(machine))
  }
  return (machine) => {
    const list: unknown[] = []
    for (let i = 0; i < runs.length; i++) {
      const value = runs[i]!(machine)
      if (items[i]!.type === 'spread') spreadInto(machine, value, list, items[i]!.at)
      else list.push(value)
    }
    return list
  }
}

function compileObject(context: Context, node: ObjectLiteral): Run {
  type Put = (machine: Machine, object: Record<string, unknown>) => void
  const puts = node.entries.map((entry): Put => {
    if ('type' in entry) {
      const value = compile(context, entry.value)
      return (machine, object) => spreadProperties(machine, value(machine), object, entry.at)
    }
    const { key, keyAt } = entry
    const value = compile(context, entry.value)
    if (typeof key === 'string') {
      return (machine, object) => {
        object[key] = value(machine)
      }
    }
    const computed = compile(context, key)
    return (machine, object) => {
      const name = toKey(machine, computed(machine), keyAt)
      object[name] = value(machine)
    }
  })
  return (machine) => {
    payProperties(machine, puts.length, node.at)
    const object: Record<string, unknown> = {}
    for (const put of puts) put(machine, object)
    return object
  }
}

const labelOf = (context: Context, node: Expression) => context.source.slice(node.at, node.end)

function compileMember(context: Context, node: Member): Run {
  const { dialect } = context
  const { keyAt, optional } = node
  const constant = typeof node.key === 'string' && namespaceOf(dialect, node.object)?.constants.get(node.key)
  if (typeof constant === 'number') return () => constant
  const object = compile(context, node.object)
  const site = { at: keyAt, label: labelOf(context, node.object) }
  const key = fixedKey(node.key)
  if (key === undefined) {
    const computed = compile(context, node.key as Expression)
    return (machine) => {
      const value = object(machine)
      if (value === MISSING || (optional && (value === undefined || value === null))) return MISSING
      return readIndex(machine, dialect, value, computed(machine), site)
    }
  }
  refuseForbidden(key, keyAt)
  return (machine) => {
    const value = object(machine)
    // The fast path of nearly every expression. `readProperty` handles everything else.
    if (typeof value === 'object' && value !== null && Object.hasOwn(value, key)) {
      const found = (value as Record<string, unknown>)[key]
      if (typeof found !== 'function') return found
    }
    if (value === MISSING || (optional && (value === undefined || value === null))) return MISSING
    return readProperty(machine, dialect, value, key, site)
  }
}

function compileChain(context: Context, node: Chain): Run {
  const value = compile(context, node.value)
  return (machine) => {
    const found = value(machine)
    return found === MISSING ? undefined : found
  }
}

function compileCall(context: Context, node: Call): Run {
  const { dialect } = context
  const { callee } = node
  const native = functionOf(dialect, callee)
  const args = compileArguments(context, node)
  if (native !== undefined) {
    const at = callee.at
    return (machine) => {
      spend(machine, CALL_COST, at)
      return native(machine, args(machine), at)
    }
  }
  const { object, key, keyAt, optional } = callee as Member
  const name = key as string
  const receiver = compile(context, object)
  const site = { at: keyAt, label: labelOf(context, object) }
  return (machine) => {
    const self = receiver(machine)
    if (self === MISSING || (optional && (self === undefined || self === null))) return MISSING
    return callMethod(machine, dialect, self, name, args(machine), site)
  }
}

function compileArguments(context: Context, node: Call): (machine: Machine) => unknown[] {
  const { dialect } = context
  const name = node.callee.type === 'member' && typeof node.callee.key === 'string' ? node.callee.key : ''
  const isFunction = (item: Expression | Spread) =>
    item.type !== 'spread' && (item.type === 'arrow' || functionOf(dialect, item) !== undefined)
  if (!node.items.some(isFunction)) return compileItems(context, node.items)
  // Functions are always plain arguments: `analyse` rejects them behind a spread, and no callee takes more than one.
  const runs = node.items.map((item) => {
    const inner = item.type === 'spread' ? item.value : item
    return isFunction(item)
      ? compileFunction(dialect, inner, name, (body) => compile(context, body))
      : compile(context, inner)
  })
  return (machine) => runs.map((run) => run(machine))
}
