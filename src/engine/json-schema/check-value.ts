/**
 * Checks values against a compiled schema.
 *
 * 1. Never throws, whatever the value. Depth and work are counted, and exceeding a limit is itself a problem with the
 *    code `limit`. So a value that was not checked completely is never accepted as valid.
 * 2. All problems are reported at once, at most fifty.
 */
import { checkArray } from './check-array.ts'
import { checkObject } from './check-object.ts'
import { checkNumber, checkString, checkType, checkValues } from './check-scalar.ts'
import {
  attempt,
  type Context,
  type Finding,
  newContext,
  type Path,
  pointerOf,
  report,
  spend,
} from './context.ts'
import {
  type CompiledSchema,
  isObject,
  type JsonObject,
  LIMITS,
  own,
  type Schema,
  typeOf,
  type ValueProblem,
} from './types.ts'

// The problems to keep of each form of an anyOf or oneOf, to find out which form was intended.
const FORM_PROBLEMS = 10

const schemaOf = (schema: JsonObject, keyword: string): Schema | undefined =>
  own(schema, keyword) as Schema | undefined

const schemasOf = (schema: JsonObject, keyword: string): readonly Schema[] =>
  (own(schema, keyword) as readonly Schema[] | undefined) ?? []

/** The form that was most likely intended: the only one of the value's type, or the only one with its constants. */
function meantForm(forms: readonly Finding[][], here: Path): Finding[] | null {
  const sameType = forms.filter((problems) => !problems.some((p) => p.at === here && p.code === 'type'))
  if (sameType.length === 1) return sameType[0] ?? null
  const sameConst = sameType.filter((problems) => !problems.some((p) => p.code === 'const'))
  return sameConst.length === 1 ? (sameConst[0] ?? null) : null
}

function checkForms(context: Context, schema: JsonObject, value: unknown, path: Path): void {
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const forms = schemasOf(schema, keyword)
    if (forms.length === 0) continue
    const failed: Finding[][] = []
    const fitting: number[] = []
    for (const [index, form] of forms.entries()) {
      const problems = attempt(context, form, value, path, FORM_PROBLEMS)
      if (context.stopped !== null) return
      if (problems.length > 0) failed.push(problems)
      else fitting.push(index + 1)
      if (fitting.length > 0 && keyword === 'anyOf') break
    }
    if (fitting.length === 0) {
      const meant = meantForm(failed, path)
      if (meant) for (const problem of meant) addProblem(context, problem)
      else report(context, path, keyword, `matches none of the ${forms.length} allowed forms`)
    } else if (fitting.length > 1 && keyword === 'oneOf')
      report(context, path, 'oneOf', `matches the forms ${fitting.join(' and ')}, but only one is allowed`)
  }
}

function addProblem(context: Context, problem: Finding): void {
  if (context.problems.length < context.wanted) context.problems.push(problem)
}

function checkInPlace(context: Context, schema: JsonObject, value: unknown, path: Path): void {
  const ref = own(schema, '$ref')
  const target = typeof ref === 'string' ? context.compiled.refs.get(ref) : undefined
  if (target !== undefined) context.apply(target, value, path)
  for (const part of schemasOf(schema, 'allOf')) context.apply(part, value, path)
  checkForms(context, schema, value, path)
  const not = schemaOf(schema, 'not')
  if (not !== undefined && attempt(context, not, value, path).length === 0)
    report(context, path, 'not', 'has a form that is not allowed')
  const condition = schemaOf(schema, 'if')
  if (condition === undefined) return
  const branch = attempt(context, condition, value, path).length === 0 ? 'then' : 'else'
  const then = schemaOf(schema, branch)
  if (then !== undefined && context.stopped === null) context.apply(then, value, path)
}

function applySchema(context: Context, schema: Schema, value: unknown, path: Path): void {
  if (context.stopped !== null || context.problems.length >= context.wanted || !spend(context, 1)) return
  if (schema === true) return
  if (schema === false) {
    report(context, path, 'false', 'no value is allowed here')
    return
  }
  if (typeOf(value) === null) {
    report(context, path, 'type', 'is not a JSON value')
    return
  }
  checkType(context, schema, value, path)
  checkValues(context, schema, value, path)
  if (typeof value === 'number') checkNumber(context, schema, value, path)
  else if (typeof value === 'string') checkString(context, schema, value, path)
  else if (Array.isArray(value)) checkArray(context, schema, value, path)
  else if (isObject(value)) checkObject(context, schema, value, path)
  checkInPlace(context, schema, value, path)
}

/** The problems of a value. An empty list if it is valid. A missing property is reported at its own path. */
export function checkValue(compiled: CompiledSchema, value: unknown): ValueProblem[] {
  const context: Context = {
    ...newContext(compiled),
    apply: (schema, inner, path) => {
      if (context.depth >= LIMITS.checkDepth) {
        context.stopped ??= `the value is nested deeper than ${LIMITS.checkDepth} schemas`
        return
      }
      context.depth += 1
      applySchema(context, schema, inner, path)
      context.depth -= 1
    },
  }
  context.apply(compiled.root, value, null)
  if (context.stopped !== null)
    context.problems.splice(LIMITS.problems - 1, 1, { at: null, code: 'limit', message: context.stopped })
  return context.problems.map(({ at, code, message }) => ({ path: pointerOf(at), code, message }))
}
