import { checkCount } from './check-scalar.ts'
import { attempt, type Context, type Path, report, spend } from './context.ts'
import { canonical } from './equal.ts'
import { type JsonObject, own, type Schema } from './types.ts'

function checkUnique(context: Context, value: readonly unknown[], path: Path): void {
  const seen = new Map<string, number>()
  for (const [index, item] of value.entries()) {
    const text = canonical(item, (steps) => spend(context, steps))
    if (text === null) {
      context.stopped ??= 'the items are nested too deep to compare'
      return
    }
    const first = seen.get(text)
    if (first !== undefined) {
      report(context, { up: path, key: index }, 'uniqueItems', `is the same as item ${first}`)
      return
    }
    seen.set(text, index)
  }
}

function checkContains(context: Context, schema: JsonObject, value: readonly unknown[], path: Path): void {
  const wanted = own(schema, 'contains') as Schema | undefined
  if (wanted === undefined) return
  const min = (own(schema, 'minContains') as number | undefined) ?? 1
  const max = (own(schema, 'maxContains') as number | undefined) ?? Number.POSITIVE_INFINITY
  let count = 0
  for (const item of value) {
    if (context.stopped !== null) return
    if (attempt(context, wanted, item, null).length === 0) count += 1
  }
  if (count < min)
    report(
      context,
      path,
      min === 1 ? 'contains' : 'minContains',
      `expected at least ${min} matching items, found ${count}`,
    )
  if (count > max)
    report(context, path, 'maxContains', `expected at most ${max} matching items, found ${count}`)
}

export function checkArray(
  context: Context,
  schema: JsonObject,
  value: readonly unknown[],
  path: Path,
): void {
  checkCount(context, schema, 'Items', value.length, path)
  const prefix = (own(schema, 'prefixItems') as readonly Schema[] | undefined) ?? []
  const items = own(schema, 'items') as Schema | undefined
  for (const [index, item] of value.entries()) {
    const child = index < prefix.length ? prefix[index] : items
    if (child === undefined || context.stopped !== null || context.problems.length >= context.wanted) break
    context.apply(child, item, { up: path, key: index })
  }
  checkContains(context, schema, value, path)
  if (own(schema, 'uniqueItems') === true) checkUnique(context, value, path)
}
