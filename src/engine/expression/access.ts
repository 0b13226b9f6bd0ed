import { isMoment } from './dates/moment.ts'
import type { Dialect } from './dialect.ts'
import { didYouMean, fail } from './errors.ts'
import type { Machine } from './limits.ts'
import { CALL_COST, spend } from './limits.ts'
import { dateProperty } from './methods/date.ts'
import type { MethodTable } from './natives.ts'
import { toKey } from './operators.ts'
import { isRegex } from './regex-value.ts'
import { kindOf } from './values.ts'

/** The position of an access in the source: its column, and the text left of the dot, for messages. */
export type Site = { readonly at: number; readonly label: string }

// The end of a long left side is more useful than its beginning.
const shownLabel = (label: string) => (label.length > 60 ? `…${label.slice(-57)}` : label)

/** Reads a property of any value: own properties only, never a function. The caller has rejected forbidden names. */
export function readProperty(
  machine: Machine,
  dialect: Dialect,
  object: unknown,
  key: string,
  site: Site,
): unknown {
  if (typeof object === 'object' && object !== null) {
    if (isMoment(object)) return readDate(machine, dialect, object, key, site)
    if (Object.hasOwn(object, key)) {
      const value = (object as Record<string, unknown>)[key]
      if (typeof value !== 'function') return value
      fail('expression.forbidden', site.at, `"${shownLabel(site.label)}.${key}" is a function`, 'a value')
    }
    return Array.isArray(object) ? absent(dialect.methods.list, key, site) : undefined
  }
  if (typeof object === 'string') {
    if (key === 'length') return object.length
    spend(machine, object.length >> 7, site.at)
    return Object.hasOwn(Object(object), key) ? object[Number(key)] : absent(dialect.methods.text, key, site)
  }
  if (object === undefined || object === null) refuseMissing(object, key, site)
  return undefined
}

function readDate(
  machine: Machine,
  dialect: Dialect,
  object: Parameters<typeof dateProperty>[1],
  key: string,
  site: Site,
): unknown {
  const value = dateProperty(machine, object, key, site.at)
  return value === undefined ? absent(dialect.methods.date, key, site) : value
}

// Reading a method without calling it is always a mistake. JavaScript would return the function.
function absent(methods: ReadonlyMap<string, unknown>, key: string, site: Site): undefined {
  if (!methods.has(key)) return undefined
  fail('expression.type', site.at, `"${key}" is a method and must be called`, `.${key}(…)`)
}

function refuseMissing(object: undefined | null, key: string, site: Site): never {
  const message = `"${shownLabel(site.label)}" is ${object === null ? 'null' : 'undefined'}, so it has no "${key.slice(0, 60)}"`
  fail('expression.type', site.at, message, 'an object, or ?. where it may be missing')
}

/** Reads `object[key]` with a key that is only known at runtime. */
export function readIndex(
  machine: Machine,
  dialect: Dialect,
  object: unknown,
  key: unknown,
  site: Site,
): unknown {
  if (typeof key === 'number' && Array.isArray(object)) {
    const value: unknown = key >= 0 && key < object.length ? object[key] : undefined
    if (typeof value !== 'function') return value
  }
  if (object === undefined || object === null) refuseMissing(object, String(key), site)
  if (typeof object === 'string' && typeof key === 'number') {
    spend(machine, object.length >> 7, site.at)
    return object[key]
  }
  return readProperty(machine, dialect, object, toKey(machine, key, site.at), site)
}

/** Calls the method with this name of the receiver's type. */
export function callMethod(
  machine: Machine,
  dialect: Dialect,
  self: unknown,
  name: string,
  args: readonly unknown[],
  site: Site,
): unknown {
  spend(machine, CALL_COST, site.at)
  const { methods } = dialect
  if (typeof self === 'string') return invoke(machine, methods.text, self, name, args, site)
  if (typeof self === 'number') return invoke(machine, methods.number, self, name, args, site)
  if (typeof self === 'boolean') return invoke(machine, methods.boolean, self, name, args, site)
  if (Array.isArray(self)) return invoke(machine, methods.list, self as readonly unknown[], name, args, site)
  if (isMoment(self)) return invoke(machine, methods.date, self, name, args, site)
  if (isRegex(self)) return invoke(machine, methods.regex, self, name, args, site)
  if (typeof self === 'object' && self !== null) {
    return invoke(machine, methods.object, self as Record<string, unknown>, name, args, site)
  }
  return refuseMissing(self === null ? null : undefined, name, site)
}

function invoke<Self>(
  machine: Machine,
  table: MethodTable<Self>,
  self: Self,
  name: string,
  args: readonly unknown[],
  site: Site,
): unknown {
  const method = table.get(name)
  if (method !== undefined) return method(machine, self, args, site.at)
  const known = [...table.keys()]
  const hint =
    known.length === 0 ? '; see Object.keys, Object.values and Object.entries' : didYouMean(name, known)
  const what = `"${shownLabel(site.label)}" is ${kindOf(self)}, which has no method "${name}"`
  return fail('expression.unknown_method', site.at, `${what}${hint}`)
}
