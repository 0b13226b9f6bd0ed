import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import type { References } from './analyse.ts'
import { analyse } from './analyse.ts'
import { makeCache } from './cache.ts'
import type { Dialect } from './dialect.ts'
import { nativeDialect } from './dialect.ts'
import type { ExpressionError } from './errors.ts'
import { asExpressionError } from './errors.ts'
import type { Run } from './evaluate.ts'
import { compileTree } from './evaluate.ts'
import { settleResult } from './json.ts'
import type { Limits, Machine, Scope } from './limits.ts'
import { buildText, defaultLimits, spend, startMachine } from './limits.ts'
import { parseExpression } from './parser.ts'
import { newRegexRoom, type RegexRoom } from './regex-value.ts'
import { toTemplateText } from './values.ts'

/** A string parameter, ready to be evaluated. */
export type Template = {
  readonly source: string
  /** `literal` needs no evaluation, `value` keeps its type, `text` is always a string. */
  readonly kind: 'literal' | 'value' | 'text'
  readonly parts: readonly (string | Part)[]
  readonly references: References
}
type Part = { readonly run: Run; readonly at: number; readonly size: number }

const MAX_CACHED_CHARS = 200_000
const newCache = () => makeCache<Result<Template, ExpressionError>>(MAX_CACHED_CHARS)
const caches = new WeakMap<Dialect, ReturnType<typeof newCache>>()
const noReferences = (): References => ({ nodes: [], names: new Set(), usesNodesDynamically: false })

/**
 * Parses and checks a string with zero or more `{{ … }}`. The same string is parsed once, and many may share
 * `regexes`.
 */
export function compileTemplate(
  source: string,
  dialect = nativeDialect,
  regexes = newRegexRoom(),
): Result<Template, ExpressionError> {
  if (!source.includes('{{')) {
    return ok({ source, kind: 'literal', parts: [source], references: noReferences() })
  }
  let cache = caches.get(dialect)
  if (cache === undefined) {
    cache = newCache()
    caches.set(dialect, cache)
  }
  const known = cache.get(source)
  if (known !== undefined) return known
  const result = parseTemplate(source, dialect, regexes)
  // An error that depends on a shared limit says nothing about this text.
  if (regexes.left > 0) cache.set(source, result)
  return result
}

function parseTemplate(
  source: string,
  dialect: Dialect,
  regexes: RegexRoom,
): Result<Template, ExpressionError> {
  try {
    return ok(readParts(source, dialect, regexes))
  } catch (thrown) {
    return err(asExpressionError(thrown))
  }
}

function readParts(source: string, dialect: Dialect, regexes: RegexRoom): Template {
  const parts: (string | Part)[] = []
  const references = noReferences()
  let text = ''
  let at = 0
  let room = defaultLimits.sourceChars
  for (let open = source.indexOf('{{'); open !== -1; open = source.indexOf('{{', at)) {
    // Backslashes right before the braces count in pairs. An odd one makes the braces plain text.
    let first = open
    while (first > at && source[first - 1] === '\\') first--
    const backslashes = open - first
    text += source.slice(at, first) + '\\'.repeat(backslashes >> 1)
    at = open + 2
    if (backslashes % 2 === 1) {
      text += '{{'
      continue
    }
    const { tree, size, next } = parseExpression(source, at, room, regexes)
    room -= next - at
    analyse(tree, dialect, references)
    if (text !== '') parts.push(text)
    text = ''
    parts.push({ run: compileTree(tree, dialect, source), at, size })
    at = next
  }
  text += source.slice(at)
  if (text !== '' || parts.length === 0) parts.push(text)
  const isLiteral = parts.length === 1 && typeof parts[0] === 'string'
  const kind = isLiteral ? 'literal' : parts.length === 1 ? 'value' : 'text'
  return { source, kind, parts, references }
}

/**
 * The value of a template. A single expression that is the whole string keeps its type. Anything else is text, in
 * which objects and lists are JSON, and missing values are empty.
 */
export function evaluateTemplate(
  template: Template,
  scope: Scope,
  limits?: Partial<Limits>,
): Result<unknown, ExpressionError> {
  if (template.kind === 'literal') return ok(template.parts[0])
  try {
    return ok(runTemplate(template, startMachine(scope, limits)))
  } catch (thrown) {
    return err(asExpressionError(thrown))
  }
}

/** Evaluates within a shared budget. Throws errors that `asExpressionError` converts. */
export function runTemplate(template: Template, machine: Machine): unknown {
  if (template.kind === 'value') {
    const { run, at, size } = template.parts[0] as Part
    spend(machine, size, at)
    return settleResult(machine, run(machine))
  }
  let result = ''
  for (const part of template.parts) {
    if (typeof part === 'string') {
      buildText(machine, part.length, 0)
      result += part
    } else {
      spend(machine, part.size, part.at)
      const text = toTemplateText(machine, part.run(machine), part.at)
      buildText(machine, text.length, part.at)
      result += text
    }
  }
  return result
}
