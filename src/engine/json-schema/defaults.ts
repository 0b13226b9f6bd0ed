import { type CompiledSchema, isObject, type JsonObject, LIMITS, own, type Schema } from './types.ts'

// Also limits what is built: a few characters of default per step.
const STEPS = 200_000
const CHARS_PER_STEP = 8

type Budget = { compiled: CompiledSchema; steps: number }

/** A separate copy for each place. Undefined if the budget is too small. */
function copyDefault(budget: Budget, schema: JsonObject): unknown {
  if (budget.steps < 0) return undefined
  const text = JSON.stringify(schema.default)
  budget.steps -= text.length / CHARS_PER_STEP
  return budget.steps < 0 ? undefined : JSON.parse(text)
}

function fillObject(budget: Budget, schema: JsonObject, value: JsonObject, depth: number): JsonObject {
  const properties = own(schema, 'properties')
  if (!isObject(properties)) return value
  const changes: [string, unknown][] = []
  for (const [name, child] of Object.entries(properties)) {
    const known = Object.hasOwn(value, name)
    if (!known && !(isObject(child) && Object.hasOwn(child, 'default'))) continue
    const before = known ? value[name] : copyDefault(budget, child as JsonObject)
    if (before === undefined) continue
    const after = fill(budget, child as Schema, before, depth + 1)
    if (!known || after !== before) changes.push([name, after])
  }
  // fromEntries defines properties, so that even a property named __proto__ is only a name.
  return changes.length === 0 ? value : Object.fromEntries([...Object.entries(value), ...changes])
}

function fill(budget: Budget, schema: Schema, value: unknown, depth: number): unknown {
  budget.steps -= 1
  if (typeof schema === 'boolean' || depth > LIMITS.checkDepth || budget.steps < 0) return value
  let filled = value
  const ref = own(schema, '$ref')
  const target = typeof ref === 'string' ? budget.compiled.refs.get(ref) : undefined
  if (target !== undefined) filled = fill(budget, target, filled, depth + 1)
  for (const part of (own(schema, 'allOf') as readonly Schema[] | undefined) ?? [])
    filled = fill(budget, part, filled, depth + 1)
  if (isObject(filled)) return fillObject(budget, schema, filled, depth)
  if (!Array.isArray(filled)) return filled
  const prefix = (own(schema, 'prefixItems') as readonly Schema[] | undefined) ?? []
  const items = own(schema, 'items') as Schema | undefined
  if (prefix.length === 0 && items === undefined) return filled
  const list: unknown[] = filled
  const after = list.map((item, index) => fill(budget, prefix[index] ?? items ?? true, item, depth + 1))
  return after.some((item, index) => item !== list[index]) ? after : filled
}

/**
 * The value with the `default` of each missing property filled in, through `properties`, `items`, `$ref` and `allOf`,
 * but not through forms that may not apply. The given value is not changed. Check the result afterwards: a default
 * can be invalid too, and beyond the limits nothing more is filled in.
 */
export const withDefaults = (compiled: CompiledSchema, value: unknown): unknown =>
  fill({ compiled, steps: STEPS }, compiled.root, value, 0)
