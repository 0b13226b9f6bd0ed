import { isForbiddenKey } from '../../core/json.ts'
import type { Arrow, Expression, Pattern } from './ast.ts'
import { isMoment } from './dates/moment.ts'
import type { Dialect } from './dialect.ts'
import { functionOf } from './dialect.ts'
import { fail } from './errors.ts'
import type { Machine } from './limits.ts'
import { CALL_COST, spend } from './limits.ts'
import type { Callback, Native } from './natives.ts'
import { payProperties, spreadInto } from './spread.ts'
import { kindOf } from './values.ts'

type Run = (machine: Machine) => unknown
type MakeCallback = (machine: Machine) => Callback
type Bind = (machine: Machine, value: unknown) => void

// Built-ins get only the item, not the index: ["7", "8"].map(parseInt) gives [7, 8].
const TAKES_TWO = new Set(['reduce', 'reduceRight', 'sort', 'toSorted'])

/** Creates the callback for an arrow function, or for a built-in in its place. */
export function compileFunction(
  dialect: Dialect,
  node: Expression,
  method: string,
  compile: (node: Expression) => Run,
): MakeCallback {
  if (node.type === 'arrow') return compileArrow(node, compile)
  const native = functionOf(dialect, node)!
  return builtIn(native, TAKES_TWO.has(method), node.at)
}

const builtIn =
  (native: Native, takesTwo: boolean, at: number): MakeCallback =>
  (machine) =>
  (first, second) => {
    spend(machine, CALL_COST, at)
    return native(machine, takesTwo ? [first, second] : [first], at)
  }

function compileArrow(node: Arrow, compile: (node: Expression) => Run): MakeCallback {
  const body = compile(node.body)
  const cost = CALL_COST + node.size
  const { at } = node
  const [only] = node.parameters
  if (node.parameters.length === 1 && node.rest === undefined && only?.type === 'slot') {
    const { slot } = only
    return (machine) => (first) => {
      spend(machine, cost, at)
      machine.locals[slot] = first
      return body(machine)
    }
  }
  const binds = node.parameters.map((pattern) => compilePattern(pattern, compile))
  const rest = node.rest === undefined ? undefined : compilePattern(node.rest, compile)
  return (machine) =>
    (...args) => {
      spend(machine, cost, at)
      for (let i = 0; i < binds.length; i++) binds[i]!(machine, args[i])
      rest?.(machine, args.slice(binds.length))
      return body(machine)
    }
}

type Compile = (node: Expression) => Run

function compilePattern(pattern: Pattern, compile: Compile): Bind {
  if (pattern.type === 'default') {
    const bind = compilePattern(pattern.pattern, compile)
    const otherwise = compile(pattern.value)
    return (machine, value) => bind(machine, value === undefined ? otherwise(machine) : value)
  }
  if (pattern.type === 'slot') {
    const { slot } = pattern
    return (machine, value) => {
      machine.locals[slot] = value
    }
  }
  return pattern.type === 'object'
    ? compileObjectPattern(pattern, compile)
    : compileArrayPattern(pattern, compile)
}

function compileObjectPattern(pattern: Extract<Pattern, { type: 'object' }>, compile: Compile): Bind {
  const parts = pattern.properties.map(({ key, pattern: inner }) => ({
    key,
    bind: compilePattern(inner, compile),
  }))
  const taken = new Set(parts.map(({ key }) => key))
  const rest = pattern.rest === undefined ? undefined : compilePattern(pattern.rest, compile)
  return (machine, value) => {
    if (typeof value !== 'object' || value === null || isMoment(value)) {
      fail('expression.type', pattern.at, `${kindOf(value)} cannot be destructured`, 'an object')
    }
    const object = value as Readonly<Record<string, unknown>>
    for (const { key, bind } of parts) bind(machine, readOwn(object, key))
    if (rest === undefined) return
    const keys = Object.keys(object)
    payProperties(machine, keys.length, pattern.at)
    const others: Record<string, unknown> = {}
    for (const key of keys) if (!taken.has(key) && !isForbiddenKey(key)) others[key] = object[key]
    rest(machine, others)
  }
}

function readOwn(object: Readonly<Record<string, unknown>>, key: string): unknown {
  const value = Object.hasOwn(object, key) ? object[key] : undefined
  return typeof value === 'function' ? undefined : value
}

function compileArrayPattern(pattern: Extract<Pattern, { type: 'array' }>, compile: Compile): Bind {
  const binds = pattern.items.map((item) => compilePattern(item, compile))
  const rest = pattern.rest === undefined ? undefined : compilePattern(pattern.rest, compile)
  return (machine, value) => {
    let list: readonly unknown[]
    if (Array.isArray(value)) list = value
    else {
      const chars: unknown[] = []
      spreadInto(machine, value, chars, pattern.at)
      list = chars
    }
    for (let i = 0; i < binds.length; i++) binds[i]!(machine, list[i])
    if (rest === undefined) return
    const others: unknown[] = []
    spreadInto(machine, list, others, pattern.at)
    rest(machine, others.slice(binds.length))
  }
}
