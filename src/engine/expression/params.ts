import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import type { Dialect } from './dialect.ts'
import { nativeDialect } from './dialect.ts'
import type { ExpressionError } from './errors.ts'
import { asExpressionError } from './errors.ts'
import type { Budget, Limits, Machine, Scope } from './limits.ts'
import { defaultLimits, settleBudget, startMachine } from './limits.ts'
import type { RegexRoom } from './regex-value.ts'
import type { Template } from './template.ts'
import { compileTemplate, runTemplate } from './template.ts'

export type ParamError = { path: string; error: ExpressionError }

/** Parameters with parsed strings. A part without expressions stays the given value. */
export type CompiledParams = {
  readonly root: Shape
  readonly templates: readonly { readonly path: string; readonly template: Template }[]
}
type Shape =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'template'; readonly template: Template; readonly path: string }
  | {
      readonly kind: 'list'
      readonly value: readonly unknown[]
      readonly changes: readonly [number, Shape][]
    }
  | {
      readonly kind: 'object'
      readonly value: Readonly<Record<string, unknown>>
      readonly changes: readonly [string, Shape][]
    }

type Walk = {
  readonly dialect: Dialect
  readonly errors: ParamError[]
  readonly templates: { path: string; template: Template }[]
  readonly regexes: RegexRoom | undefined
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
const memberPath = (path: string, key: string): string =>
  !IDENTIFIER.test(key) ? `${path}[${JSON.stringify(key)}]` : path === '' ? key : `${path}.${key}`

/** Compiles every string in a JSON value, and reports all problems at once. Paths have the form `cases[0].when`. */
export function compileParams(
  params: unknown,
  dialect = nativeDialect,
): Result<CompiledParams, ParamError[]> {
  const walk: Walk = { dialect, errors: [], templates: [], regexes: undefined }
  const root = shapeOf(walk, params, '', 0)
  return walk.errors.length > 0 ? err(walk.errors) : ok({ root, templates: walk.templates })
}

/** Everything that is known about parameters, even if some of their expressions do not parse. */
export function surveyParams(
  params: unknown,
  dialect = nativeDialect,
  regexes?: RegexRoom,
): { errors: readonly ParamError[]; templates: CompiledParams['templates'] } {
  const walk: Walk = { dialect, errors: [], templates: [], regexes }
  shapeOf(walk, params, '', 0)
  return walk
}

const constant = (value: unknown): Shape => ({ kind: 'constant', value })

function refuse(walk: Walk, path: string, code: ExpressionError['code'], message: string): Shape {
  walk.errors.push({ path, error: { code, message, column: 1 } })
  return constant(undefined)
}

function shapeOf(walk: Walk, value: unknown, path: string, depth: number): Shape {
  if (typeof value === 'string') return shapeOfText(walk, value, path)
  if (typeof value !== 'object' || value === null) return constant(value)
  if (depth >= defaultLimits.depth) {
    return refuse(walk, path.slice(0, 200), 'expression.too_large', 'the parameters are nested too deeply')
  }
  if (Array.isArray(value)) {
    const changes: [number, Shape][] = []
    value.forEach((inner: unknown, index) => {
      const shape = shapeOf(walk, inner, `${path}[${index}]`, depth + 1)
      if (shape.kind !== 'constant' || shape.value !== inner) changes.push([index, shape])
    })
    if (changes.length === 0) return constant(value)
    return folded({ kind: 'list', value, changes })
  }
  const object = value as Readonly<Record<string, unknown>>
  const changes: [string, Shape][] = []
  for (const key of Object.keys(object)) {
    if (key === '__proto__') {
      refuse(
        walk,
        memberPath(path, key),
        'expression.forbidden',
        '"__proto__" cannot be the name of a parameter',
      )
      continue
    }
    const inner = object[key]
    const shape = shapeOf(walk, inner, memberPath(path, key), depth + 1)
    if (shape.kind !== 'constant' || !Object.is(shape.value, inner)) changes.push([key, shape])
  }
  return changes.length === 0 ? constant(value) : folded({ kind: 'object', value: object, changes })
}

function shapeOfText(walk: Walk, source: string, path: string): Shape {
  const compiled = compileTemplate(source, walk.dialect, walk.regexes)
  if (!compiled.ok) {
    walk.errors.push({ path, error: compiled.error })
    return constant(undefined)
  }
  const template = compiled.value
  if (template.kind === 'literal') return constant(template.parts[0])
  walk.templates.push({ path, template })
  return { kind: 'template', template, path }
}

// If only escapes were resolved, nothing is left to evaluate.
function folded(shape: Extract<Shape, { kind: 'list' | 'object' }>): Shape {
  const isConstant = shape.changes.every(([, change]) => change.kind === 'constant')
  return isConstant
    ? constant(applied(shape, (change) => (change.kind === 'constant' ? change.value : undefined)))
    : shape
}

function applied(
  shape: Extract<Shape, { kind: 'list' | 'object' }>,
  evaluate: (change: Shape) => unknown,
): unknown {
  if (shape.kind === 'list') {
    const copy = shape.value.slice()
    for (const [index, change] of shape.changes) copy[index] = evaluate(change)
    return copy
  }
  const copy = { ...shape.value }
  for (const [key, change] of shape.changes) copy[key] = evaluate(change)
  return copy
}

/**
 * The parameters with every expression replaced by its value. All expressions share one budget. With `shared`,
 * several evaluations do, such as those of a list's items.
 */
export function evaluateParams(
  compiled: CompiledParams,
  scope: Scope,
  limits?: Partial<Limits>,
  shared?: Budget,
): Result<unknown, ParamError> {
  const { root } = compiled
  if (root.kind === 'constant') return ok(root.value)
  const machine = startMachine(scope, limits, shared)
  const at = { path: '' }
  try {
    return ok(evaluateShape(machine, root, at))
  } catch (thrown) {
    return err({ path: at.path, error: asExpressionError(thrown) })
  } finally {
    if (shared !== undefined) settleBudget(machine, shared)
  }
}

function evaluateShape(machine: Machine, shape: Shape, at: { path: string }): unknown {
  if (shape.kind === 'constant') return shape.value
  if (shape.kind !== 'template') return applied(shape, (change) => evaluateShape(machine, change, at))
  at.path = shape.path
  return runTemplate(shape.template, machine)
}
