import { isForbiddenKey } from '../../core/json.ts'
import { isoText } from '../time/calendar.ts'
import { isMoment, msOf } from './dates/moment.ts'
import { fail } from './errors.ts'
import { stringifyJson } from './json.ts'
import type { Machine } from './limits.ts'
import { buildText, spend } from './limits.ts'

/** The name of a value's type in messages. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'undefined'
  if (typeof value === 'string') return 'a text'
  if (typeof value === 'number') return 'a number'
  if (typeof value === 'boolean') return 'a boolean'
  if (Array.isArray(value)) return 'a list'
  if (isMoment(value)) return 'a date'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isMoment(value)

/**
 * The text of a value for `+`, template literals and `String()`: as in JavaScript, except that an object becomes
 * JSON, because "[object Object]" is never intended, and a date becomes its ISO text.
 */
export function toText(machine: Machine, value: unknown, at: number): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return String(value)
  if (isMoment(value)) return isoText(msOf(value))
  if (Array.isArray(value)) return joinTexts(machine, value, ',', at, 0)
  return stringifyJson(machine, value, at)
}

/** The text of a value inside a surrounding string: lists are JSON too, and missing values are empty. */
export function toTemplateText(machine: Machine, value: unknown, at: number): string {
  if (value === undefined || value === null) return ''
  return Array.isArray(value) ? stringifyJson(machine, value, at) : toText(machine, value, at)
}

export function joinTexts(
  machine: Machine,
  list: readonly unknown[],
  separator: string,
  at: number,
  depth: number,
): string {
  if (depth > machine.limits.depth) fail('expression.too_large', at, 'the list is nested too deeply')
  spend(machine, list.length, at)
  buildText(machine, separator.length * Math.max(0, list.length - 1), at)
  const texts: string[] = []
  for (const value of list) {
    const text = Array.isArray(value)
      ? joinTexts(machine, value, ',', at, depth + 1)
      : value === undefined || value === null
        ? ''
        : toText(machine, value, at)
    buildText(machine, text.length, at)
    texts.push(text)
  }
  return texts.join(separator)
}

/** The number of a value for the arithmetic operators. Lists and objects have none. */
export function toNumber(machine: Machine, value: unknown, at: number): number {
  if (typeof value === 'number') return value
  if (typeof value === 'string') {
    spend(machine, value.length >> 6, at)
    return Number(value)
  }
  if (isMoment(value)) return msOf(value)
  if (typeof value === 'object' && value !== null) {
    fail('expression.type', at, `${kindOf(value)} is not a number`, 'a number')
  }
  return Number(value)
}

export function refuseForbidden(key: string, at: number): void {
  if (isForbiddenKey(key)) fail('expression.forbidden', at, `"${key}" cannot be used in expressions`)
}
