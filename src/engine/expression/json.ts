import { isForbiddenKey, mayHoldForbiddenKey } from '../../core/json.ts'
import { isoText } from '../time/calendar.ts'
import { isMoment, msOf } from './dates/moment.ts'
import { fail } from './errors.ts'
import type { Machine } from './limits.ts'
import { build, spend } from './limits.ts'

/** Writing a value takes about as long as this many plain operations. */
const VALUE_COST = 8

/** The JSON of a value, measured before it is built. */
export function stringifyJson(machine: Machine, value: unknown, at: number, indent = 0): string {
  measure(machine, value, at, indent, 0)
  const text = machine.built
    ? JSON.stringify(
        value,
        (_key, inner: unknown) => (isMoment(inner) ? isoText(msOf(inner)) : inner),
        indent,
      )
    : JSON.stringify(value, undefined, indent)
  return text ?? ''
}

function measure(machine: Machine, value: unknown, at: number, indent: number, depth: number): void {
  if (typeof value === 'string') {
    spend(machine, 1 + (value.length >> 4), at)
    // Escapes make it at most six times as long. The factor is constant, so the limit holds.
    build(machine, value.length + 2, at)
    return
  }
  spend(machine, VALUE_COST, at)
  build(machine, 8 + indent * depth, at)
  if (typeof value !== 'object' || value === null || isMoment(value)) return
  if (depth >= machine.limits.depth) tooDeep(at)
  if (Array.isArray(value)) {
    for (const inner of value) measure(machine, inner, at, indent, depth + 1)
    return
  }
  for (const key of Object.keys(value)) {
    build(machine, key.length + 4, at)
    measure(machine, (value as Record<string, unknown>)[key], at, indent, depth + 1)
  }
}

const tooDeep = (at: number): never => fail('expression.too_large', at, 'the value is nested too deeply')

/**
 * Parses JSON text. Its depth and number of values are counted first, and keys such as `__proto__` are left out:
 * `JSON.parse` alone would keep them as properties.
 */
export function parseJson(machine: Machine, text: string, at: number): unknown {
  spend(machine, text.length >> 3, at)
  build(machine, text.length, at)
  let depth = 0
  let values = 1
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 92) i++
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 44) values++
    else if (code === 91 || code === 123) {
      values++
      if (++depth > machine.limits.depth) tooDeep(at)
    } else if (code === 93 || code === 125) depth--
  }
  build(machine, values * 16, at)
  spend(machine, values, at)
  machine.built = true
  try {
    return mayHoldForbiddenKey(text) ? JSON.parse(text, dropForbidden) : JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return fail('expression.type', at, 'JSON.parse was given a text that is not JSON', 'JSON')
  }
}

const dropForbidden = (key: string, value: unknown): unknown => (isForbiddenKey(key) ? undefined : value)

/**
 * Creates the value that leaves the evaluation: dates become ISO text. The size is limited as if the value were
 * written out, because a value that shares its parts can be small here and endless as JSON.
 */
export function settleResult(machine: Machine, value: unknown): unknown {
  if (!machine.built || typeof value !== 'object' || value === null) return value
  const room = { bytes: machine.limits.bytes }
  return settle(machine, value, room, 0)
}

function settle(machine: Machine, value: unknown, room: { bytes: number }, depth: number): unknown {
  room.bytes -= typeof value === 'string' ? value.length + 2 : 8
  if (room.bytes < 0) {
    fail('expression.too_large', 0, `the result has more than ${machine.limits.bytes} bytes`)
  }
  if (typeof value !== 'object' || value === null) return value
  if (isMoment(value)) return isoText(msOf(value))
  if (depth >= machine.limits.depth) tooDeep(0)
  return Array.isArray(value)
    ? settleList(machine, value, room, depth + 1)
    : settleObject(machine, value as Record<string, unknown>, room, depth + 1)
}

function settleList(machine: Machine, list: unknown[], room: { bytes: number }, depth: number): unknown[] {
  let copy: unknown[] | undefined
  for (let i = 0; i < list.length; i++) {
    const settled = settle(machine, list[i], room, depth)
    if (settled !== list[i] && copy === undefined && !Number.isNaN(settled)) copy = list.slice()
    if (copy !== undefined) copy[i] = settled
  }
  return copy ?? list
}

function settleObject(
  machine: Machine,
  object: Record<string, unknown>,
  room: { bytes: number },
  depth: number,
): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(object)) {
    room.bytes -= key.length + 4
    const settled = settle(machine, object[key], room, depth)
    if (settled !== object[key] && copy === undefined && !Number.isNaN(settled)) copy = { ...object }
    if (copy !== undefined) {
      Object.defineProperty(copy, key, {
        value: settled,
        writable: true,
        enumerable: true,
        configurable: true,
      })
    }
  }
  return copy ?? object
}
