import { isForbiddenKey } from '../../core/json.ts'
import { isMoment } from './dates/moment.ts'
import { fail } from './errors.ts'
import type { Machine } from './limits.ts'
import { build, buildSlots, spend } from './limits.ts'
import { kindOf } from './values.ts'

/** Appends the items of `...value` in a list or call. A text gives its characters. */
export function spreadInto(machine: Machine, value: unknown, result: unknown[], at: number): void {
  if (typeof value === 'string') {
    spend(machine, value.length, at)
    buildSlots(machine, value.length, at)
    for (const char of value) result.push(char)
    return
  }
  if (!Array.isArray(value)) {
    fail('expression.type', at, `${kindOf(value)} cannot be spread here`, 'a list or a text')
  }
  buildSlots(machine, value.length, at)
  for (const inner of value) result.push(inner)
}

/**
 * Copies the properties of `...value` in an object. Values that are not objects add nothing, so that `...(x && { a: 1
 * })` works. Names such as `__proto__` are left out.
 */
export function spreadProperties(
  machine: Machine,
  value: unknown,
  result: Record<string, unknown>,
  at: number,
): void {
  if (typeof value === 'string' && value !== '') {
    fail('expression.type', at, 'a text cannot be spread into an object', 'an object')
  }
  if (typeof value !== 'object' || value === null) return
  if (isMoment(value)) fail('expression.type', at, 'a date cannot be spread', 'an object')
  const keys = Object.keys(value)
  payProperties(machine, keys.length, at)
  for (const key of keys) {
    if (!isForbiddenKey(key)) result[key] = (value as Record<string, unknown>)[key]
  }
}

/** Charges for properties of an object before they are created. */
export function payProperties(machine: Machine, count: number, at: number): void {
  machine.built = true
  spend(machine, count * 2, at)
  build(machine, 16 + count * 24, at)
}
