import { checkCount, matchesPattern } from './check-scalar.ts'
import { attempt, type Context, type Path, report, spend } from './context.ts'
import { isObject, type JsonObject, own, type Schema } from './types.ts'

const schemasIn = (schema: JsonObject, keyword: string): [string, Schema][] => {
  const map = own(schema, keyword)
  return isObject(map) ? (Object.entries(map) as [string, Schema][]) : []
}

function checkRequired(context: Context, names: unknown, value: JsonObject, path: Path, why: string): void {
  if (!Array.isArray(names) || !spend(context, names.length / 4)) return
  for (const name of names as string[])
    if (!Object.hasOwn(value, name)) report(context, { up: path, key: name }, 'required', `is required${why}`)
}

/** The keywords for properties that are neither in `properties` nor in `patternProperties`. */
function checkRest(
  context: Context,
  schema: JsonObject,
  value: JsonObject,
  rest: readonly string[],
  path: Path,
): void {
  const additional = own(schema, 'additionalProperties') as Schema | undefined
  if (additional === undefined || additional === true) return
  for (const key of rest) {
    if (context.stopped !== null || context.problems.length >= context.wanted) return
    const at: Path = { up: path, key }
    if (additional === false) report(context, at, 'additionalProperties', 'is not a known property')
    else context.apply(additional, value[key], at)
  }
}

export function checkObject(context: Context, schema: JsonObject, value: JsonObject, path: Path): void {
  const keys = Object.keys(value)
  if (!spend(context, keys.length / 4)) return
  checkCount(context, schema, 'Properties', keys.length, path)
  checkRequired(context, own(schema, 'required'), value, path, '')

  const properties = own(schema, 'properties')
  const named = schemasIn(schema, 'properties')
  const patterned = schemasIn(schema, 'patternProperties')
  const names = own(schema, 'propertyNames') as Schema | undefined
  if (!spend(context, named.length / 4)) return
  for (const [name, child] of named)
    if (Object.hasOwn(value, name)) context.apply(child, value[name], { up: path, key: name })

  const rest: string[] = []
  for (const key of keys) {
    if (context.stopped !== null || context.problems.length >= context.wanted) return
    let matched = isObject(properties) && Object.hasOwn(properties, key)
    for (const [source, child] of patterned) {
      if (!matchesPattern(context, source, key)) continue
      matched = true
      context.apply(child, value[key], { up: path, key })
    }
    if (!matched) rest.push(key)
    if (names === undefined) continue
    const [bad] = attempt(context, names, key, null)
    if (bad) report(context, { up: path, key }, 'propertyNames', `the name is not allowed: ${bad.message}`)
  }
  checkRest(context, schema, value, rest, path)

  const dependentRequired = own(schema, 'dependentRequired')
  if (isObject(dependentRequired))
    for (const [name, wanted] of Object.entries(dependentRequired))
      if (Object.hasOwn(value, name)) checkRequired(context, wanted, value, path, ` together with "${name}"`)
  for (const [name, child] of schemasIn(schema, 'dependentSchemas'))
    if (Object.hasOwn(value, name)) context.apply(child, value, path)
}
