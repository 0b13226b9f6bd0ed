import type { Expression } from './ast.ts'
import type { Moment } from './dates/moment.ts'
import type { Namespace, NativeTable } from './globals.ts'
import { nativeFunctions, nativeNamespaces } from './globals.ts'
import { dateMethods } from './methods/date.ts'
import { listMethods } from './methods/list.ts'
import { booleanMethods, numberMethods } from './methods/number.ts'
import { regexMethods } from './methods/regex.ts'
import { textMethods } from './methods/text.ts'
import type { MethodTable, Native } from './natives.ts'
import type { Regex } from './regex-value.ts'

/**
 * The vocabulary of the language: everything that an expression can use or call. Another front end (imported
 * workflows use other names) has its own dialect. Grammar, limits and safety are the same.
 */
export type Dialect = {
  /** The names that are looked up in the scope. */
  readonly names: ReadonlySet<string>
  readonly functions: NativeTable
  readonly namespaces: ReadonlyMap<string, Namespace>
  readonly methods: {
    readonly text: MethodTable<string>
    readonly list: MethodTable<readonly unknown[]>
    readonly number: MethodTable<number>
    readonly boolean: MethodTable<boolean>
    readonly date: MethodTable<Moment>
    readonly object: MethodTable<Readonly<Record<string, unknown>>>
    readonly regex: MethodTable<Regex>
  }
  /** Which argument of a method, or of `Namespace.function`, is a function. No other argument may be one. */
  readonly functionAt: ReadonlyMap<string, number>
}

const takesFunctionFirst =
  'every filter find findIndex findLast findLastIndex flatMap map reduce reduceRight some sort toSorted unique'

export const nativeDialect: Dialect = {
  names: new Set(['input', 'nodes', 'prev', 'item', 'index', 'run', 'workflow', 'vars', 'now']),
  functions: nativeFunctions,
  namespaces: nativeNamespaces,
  methods: {
    text: textMethods,
    list: listMethods,
    number: numberMethods,
    boolean: booleanMethods,
    date: dateMethods,
    object: new Map(),
    regex: regexMethods,
  },
  functionAt: new Map([
    ...takesFunctionFirst.split(' ').map((name): [string, number] => [name, 0]),
    ['Array.from', 1],
    ['Object.groupBy', 1],
  ]),
}

/** The same language before any node has run: with the names that a start knows. */
export const startDialect: Dialect = {
  ...nativeDialect,
  names: new Set(['input', 'run', 'workflow', 'vars', 'now']),
}

/** The namespace that an expression uses, such as `Math` in `Math.max(…)`. */
export const namespaceOf = (dialect: Dialect, expression: Expression): Namespace | undefined =>
  expression.type === 'name' && !dialect.names.has(expression.name)
    ? dialect.namespaces.get(expression.name)
    : undefined

/** The built-in function that an expression uses, such as `Number` or `Math.round`. */
export function functionOf(dialect: Dialect, expression: Expression): Native | undefined {
  if (expression.type === 'name') {
    return dialect.names.has(expression.name) && !dialect.functions.has(expression.name)
      ? undefined
      : dialect.functions.get(expression.name)
  }
  if (expression.type !== 'member' || typeof expression.key !== 'string') return undefined
  return namespaceOf(dialect, expression.object)?.functions.get(expression.key)
}

const TAKES_REGEX = new Set(['match', 'replace', 'replaceAll', 'split'])

/** Whether the first argument of a callee is a regular expression. Only such callees accept one. */
export const takesRegex = (callee: Expression): boolean =>
  callee.type === 'member' && typeof callee.key === 'string' && TAKES_REGEX.has(callee.key)

/** The position of the function among a callee's arguments, if it takes one. */
export function functionPosition(dialect: Dialect, callee: Expression): number | undefined {
  if (callee.type !== 'member' || typeof callee.key !== 'string') return undefined
  if (namespaceOf(dialect, callee.object) === undefined) return dialect.functionAt.get(callee.key)
  const space = callee.object.type === 'name' ? callee.object.name : ''
  return dialect.functionAt.get(`${space}.${callee.key}`)
}
