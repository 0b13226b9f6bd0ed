import type { BinaryOperator, UnaryOperator } from './ast.ts'
import { isMoment, msOf } from './dates/moment.ts'
import { fail } from './errors.ts'
import type { Machine } from './limits.ts'
import { build, spend } from './limits.ts'
import { isPlainObject, kindOf, refuseForbidden, toNumber, toText } from './values.ts'

type Apply = (machine: Machine, left: unknown, right: unknown, at: number) => unknown

const arithmetic =
  (apply: (left: number, right: number) => number): Apply =>
  (machine, left, right, at) =>
    typeof left === 'number' && typeof right === 'number'
      ? apply(left, right)
      : apply(toNumber(machine, left, at), toNumber(machine, right, at))

const comparison =
  (apply: (left: number | string, right: number | string) => boolean): Apply =>
  (machine, left, right, at) => {
    if (typeof left === 'number' && typeof right === 'number') return apply(left, right)
    if (typeof left === 'string' && typeof right === 'string') {
      spend(machine, Math.min(left.length, right.length) >> 6, at)
      return apply(left, right)
    }
    return apply(toNumber(machine, left, at), toNumber(machine, right, at))
  }

function add(machine: Machine, left: unknown, right: unknown, at: number): unknown {
  if (typeof left === 'number' && typeof right === 'number') return left + right
  const isText = (value: unknown) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null)
  if (!isText(left) && !isText(right)) return toNumber(machine, left, at) + toNumber(machine, right, at)
  return concat(machine, toText(machine, left, at), toText(machine, right, at), at)
}

/**
 * Joins two texts. The runtime only links them, so it charges for the shorter side. Flattening is charged where
 * characters are read.
 */
export function concat(machine: Machine, left: string, right: string, at: number): string {
  const length = left.length + right.length
  spend(machine, 1 + (length >> 11), at)
  build(machine, 16 + Math.min(left.length, right.length), at)
  if (length > machine.limits.bytes) build(machine, Number.POSITIVE_INFINITY, at)
  return left + right
}

function isSame(machine: Machine, left: unknown, right: unknown, at: number): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length !== right.length) return false
    spend(machine, left.length >> 6, at)
    return left === right
  }
  // A date is a value here: two dates with the same instant are equal.
  return left === right || (isMoment(left) && isMoment(right) && msOf(left) === msOf(right))
}

function isLooselySame(machine: Machine, left: unknown, right: unknown, at: number): boolean {
  if (left === undefined || left === null) return right === undefined || right === null
  if (right === undefined || right === null) return false
  if (typeof left === typeof right) return isSame(machine, left, right, at)
  if (isPlainObject(left) || isPlainObject(right)) return false
  const leftValue = typeof left === 'object' ? toText(machine, left, at) : left
  const rightValue = typeof right === 'object' ? toText(machine, right, at) : right
  if (typeof leftValue === 'string' && typeof rightValue === 'string') {
    return isSame(machine, leftValue, rightValue, at)
  }
  return toNumber(machine, leftValue, at) === toNumber(machine, rightValue, at)
}

function isIn(machine: Machine, key: unknown, object: unknown, at: number): boolean {
  if (typeof object !== 'object' || object === null || isMoment(object)) {
    fail('expression.type', at, `"in" looks into an object or list, not into ${kindOf(object)}`, 'an object')
  }
  const name = toKey(machine, key, at)
  return Object.hasOwn(object, name)
}

// V8 hashes longer texts by their length alone, so many long keys would be compared with each other.
const MAX_KEY_CHARS = 10_000

/** A property name from a value. Only texts and numbers can be property names. */
export function toKey(machine: Machine, key: unknown, at: number): string {
  if (typeof key === 'string') {
    if (key.length > MAX_KEY_CHARS) {
      fail('expression.too_large', at, `a property name may have ${MAX_KEY_CHARS} characters`)
    }
    spend(machine, key.length >> 6, at)
    refuseForbidden(key, at)
    return key
  }
  if (typeof key !== 'number') {
    fail('expression.type', at, `${kindOf(key)} cannot name a property`, 'a text or a number')
  }
  return String(key)
}

const binaries: Readonly<Record<BinaryOperator, Apply>> = {
  '+': add,
  '-': arithmetic((left, right) => left - right),
  '*': arithmetic((left, right) => left * right),
  '/': arithmetic((left, right) => left / right),
  '%': arithmetic((left, right) => left % right),
  '**': arithmetic((left, right) => left ** right),
  '==': isLooselySame,
  '!=': (machine, left, right, at) => !isLooselySame(machine, left, right, at),
  '===': isSame,
  '!==': (machine, left, right, at) => !isSame(machine, left, right, at),
  '<': comparison((left, right) => left < right),
  '<=': comparison((left, right) => left <= right),
  '>': comparison((left, right) => left > right),
  '>=': comparison((left, right) => left >= right),
  in: isIn,
}

export const binaryOperator = (operator: BinaryOperator): Apply => binaries[operator]

export function applyUnary(machine: Machine, operator: UnaryOperator, value: unknown, at: number): unknown {
  if (operator === '!') return !value
  if (operator === 'typeof') return typeof value
  const number = toNumber(machine, value, at)
  return operator === '-' ? -number : number
}
