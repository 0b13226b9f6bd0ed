import { isForbiddenKey } from '../../../core/json.ts'
import { isMoment } from '../dates/moment.ts'
import { fail } from '../errors.ts'
import type { Machine } from '../limits.ts'
import { buildSlots } from '../limits.ts'
import type { Native } from '../natives.ts'
import { functionArgument, listArgument, objectArgument } from '../natives.ts'
import { toKey } from '../operators.ts'
import { payProperties, spreadProperties } from '../spread.ts'
import { kindOf } from '../values.ts'

type Data = Readonly<Record<string, unknown>>

function dataArgument(name: string, args: readonly unknown[], at: number): Data {
  const value = objectArgument(name, args, 0, at)
  if (isMoment(value)) fail('expression.type', at, `${name} was given a date`, 'an object')
  return value
}

function keysOf(machine: Machine, object: Data, slotsPerKey: number, at: number): string[] {
  const keys = Object.keys(object)
  buildSlots(machine, keys.length * slotsPerKey, at)
  return keys.filter((key) => !isForbiddenKey(key))
}

/** An object under construction. Keys come from data, so each is checked. */
function put(
  machine: Machine,
  object: Record<string, unknown>,
  key: unknown,
  value: unknown,
  at: number,
): void {
  const name =
    typeof key === 'boolean' || key === null || key === undefined ? String(key) : toKey(machine, key, at)
  object[name] = value
}

const fromEntries: Native = (machine, args, at) => {
  const entries = listArgument('Object.fromEntries', args, 0, at)
  payProperties(machine, entries.length, at)
  const object: Record<string, unknown> = {}
  for (const entry of entries) {
    if (!Array.isArray(entry)) {
      fail('expression.type', at, `Object.fromEntries was given ${kindOf(entry)} as an entry`, '[key, value]')
    }
    put(machine, object, entry[0], entry[1], at)
  }
  return object
}

const groupBy: Native = (machine, args, at) => {
  const list = listArgument('Object.groupBy', args, 0, at)
  const call = functionArgument('Object.groupBy', args, 1, at)
  payProperties(machine, list.length, at)
  const groups: Record<string, unknown[]> = {}
  list.forEach((value, index) => {
    const key = call(value, index)
    const name =
      typeof key === 'boolean' || key === null || key === undefined ? String(key) : toKey(machine, key, at)
    if (Object.hasOwn(groups, name)) groups[name]!.push(value)
    else groups[name] = [value]
  })
  return groups
}

export const objectFunctions: ReadonlyMap<string, Native> = new Map<string, Native>([
  [
    'assign',
    (machine, args, at) => {
      const object: Record<string, unknown> = {}
      for (const value of args) spreadProperties(machine, value, object, at)
      return object
    },
  ],
  [
    'entries',
    (machine, args, at) => {
      const object = dataArgument('Object.entries', args, at)
      return keysOf(machine, object, 5, at).map((key) => [key, object[key]])
    },
  ],
  ['fromEntries', fromEntries],
  ['groupBy', groupBy],
  [
    'hasOwn',
    (machine, args, at) =>
      Object.hasOwn(dataArgument('Object.hasOwn', args, at), toKey(machine, args[1], at)),
  ],
  ['keys', (machine, args, at) => keysOf(machine, dataArgument('Object.keys', args, at), 1, at)],
  [
    'values',
    (machine, args, at) => {
      const object = dataArgument('Object.values', args, at)
      return keysOf(machine, object, 1, at).map((key) => object[key])
    },
  ],
])
