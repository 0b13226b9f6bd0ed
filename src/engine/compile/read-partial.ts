// Reads a value that is partly invalid. Invalid parts are reported and left out, so that the rest can be checked.
import type * as z from 'zod'
import type { Location, Problems } from '../model/problem.ts'

type Issue = z.core.$ZodIssue

export interface PartialValue<T> {
  /** The value without its invalid parts. Required fields may be missing, at any depth. */
  readonly value: Partial<T>
  /** The fields that contained an invalid part. */
  readonly cut: ReadonlySet<string>
}

/** Each round removes at least one part. A field that is still invalid after this many is left out completely. */
const MAX_ROUNDS = 8

const NOTHING: ReadonlySet<string> = new Set()

/** Undefined if the value is not an object. Schemas with transforms are not supported. */
export function readPartial<T extends object>(
  schema: z.ZodType<T>,
  value: unknown,
  at: Location,
  problems: Problems,
): PartialValue<T> | undefined {
  const cut = new Set<string>()
  let current = value
  for (let round = 0; ; round++) {
    const parsed = schema.safeParse(current)
    if (parsed.success) return { value: parsed.data, cut: cut.size === 0 ? NOTHING : cut }
    for (const issue of parsed.error.issues) {
      // In later rounds, missing parts were removed here. Only parts that still exist are new problems.
      if (round > 0 && valueAt(current, issue.path) === undefined) continue
      problems.add([...at, ...issue.path], 'definition.invalid', issue.message)
    }
    if (!isObject(current)) return undefined
    const broken = parsed.error.issues.flatMap(placesOf)
    for (const [field] of broken) if (field !== undefined) cut.add(String(field))
    const present = broken.filter((place) => place.length > 0 && valueAt(current, place) !== undefined)
    // Only missing parts are left.
    if (present.length === 0 || round === MAX_ROUNDS) {
      const rest = { ...current }
      for (const [field] of present) delete rest[field as string]
      return { value: rest as Partial<T>, cut }
    }
    current = without(current, present)
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const placesOf = (issue: Issue): PropertyKey[][] =>
  issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<PropertyKey, unknown>)[key]
  }
  return at
}

/** A copy without these places. If a place is in a list, the whole list is left out, because indexes would shift. */
function without(value: Record<string, unknown>, places: readonly PropertyKey[][]): Record<string, unknown> {
  const copy = { ...value }
  for (const place of places) {
    let at: Record<PropertyKey, unknown> = copy
    for (const [depth, key] of place.entries()) {
      const inner = at[key]
      if (depth === place.length - 1 || !isObject(inner)) {
        delete at[key]
        break
      }
      at[key] = { ...inner }
      at = at[key] as Record<PropertyKey, unknown>
    }
  }
  return copy
}
