// Reading what is partly wrong. What is broken in one field is told and left out; the rest goes on to be checked.
import type * as z from 'zod'
import type { Location, Problems } from '../model/problem.ts'

type Issue = z.core.$ZodIssue

export interface Mended<T> {
  /** Without what was broken, so that required fields may be missing, further in as well. */
  readonly value: Partial<T>
  /** The fields in which something was broken. */
  readonly cut: ReadonlySet<string>
}

/** Each round takes at least one thing out; a field that is still broken after so many is left out whole. */
const MAX_ROUNDS = 8

const NOTHING: ReadonlySet<string> = new Set()

/** Undefined for what is no object at all. Schemas that change what they read cannot be mended. */
export function mend<T extends object>(
  schema: z.ZodType<T>,
  value: unknown,
  at: Location,
  problems: Problems,
): Mended<T> | undefined {
  const cut = new Set<string>()
  let current = value
  for (let round = 0; ; round++) {
    const parsed = schema.safeParse(current)
    if (parsed.success) return { value: parsed.data, cut: cut.size === 0 ? NOTHING : cut }
    for (const issue of parsed.error.issues) {
      // In later rounds, what is missing was taken out here: only what still stands there is news.
      if (round > 0 && valueAt(current, issue.path) === undefined) continue
      problems.add([...at, ...issue.path], 'definition.invalid', issue.message)
    }
    if (!isObject(current)) return undefined
    const broken = parsed.error.issues.flatMap(placesOf)
    for (const [field] of broken) if (field !== undefined) cut.add(String(field))
    const present = broken.filter((place) => place.length > 0 && valueAt(current, place) !== undefined)
    // What is left is missing only.
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

/** A copy in which these places are gone. An element of a list takes its list along: places would move. */
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
