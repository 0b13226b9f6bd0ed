/**
 * Checks a schema before it is used.
 *
 * 1. A schema that `compileSchema` accepts can be applied to any value without an exception: keywords have valid
 *    values, references resolve inside the schema, patterns compile.
 * 2. No chain of references returns to its start without going into the value, so a check only goes as deep as the
 *    value does.
 */
import { err, ok, type Result } from '../../core/result.ts'
import { childrenOf, expectedOf, KEYWORDS, UNSUPPORTED } from './keywords.ts'
import { compilePattern } from './pattern.ts'
import { valueAt } from './pointer.ts'
import { checkSize } from './size.ts'
import {
  type CompiledSchema,
  isObject,
  LIMITS,
  own,
  type Pattern,
  pointerPart,
  type Schema,
  type SchemaProblem,
} from './types.ts'

type Found = {
  problems: SchemaProblem[]
  anchors: Map<string, Schema>
  refs: { ref: string; path: string }[]
  patterns: Map<string, Pattern>
  /** Instructions of all patterns so far. When one or all of them are too large, no more are compiled. */
  patternsSize: number
  patternsTried: number
  /** The schemas that were found, each visited once. */
  schemas: Set<Schema>
}

function addPattern(found: Found, source: string, path: string): void {
  if (found.patterns.has(source) || found.patternsSize > LIMITS.patternsSize) return
  found.patternsTried += 1
  const compiled = compilePattern(source)
  if (compiled.ok) found.patterns.set(source, compiled.value)
  else found.problems.push({ path, code: 'schema.pattern', message: `pattern: ${compiled.error.message}` })
  found.patternsSize += compiled.ok ? compiled.value.size : compiled.error.size
  if (found.patternsTried > LIMITS.patterns) found.patternsSize = Number.POSITIVE_INFINITY
  if (found.patternsSize > LIMITS.patternsSize)
    found.problems.push({
      path,
      code: 'schema.limit',
      message: 'the patterns of the schema are too large together',
    })
}

function visit(schema: Schema, path: string, found: Found): void {
  if (typeof schema === 'boolean' || found.schemas.has(schema)) return
  found.schemas.add(schema)
  for (const [keyword, value] of Object.entries(schema)) {
    const at = path + pointerPart(keyword)
    const hint = UNSUPPORTED.get(keyword)
    if (hint !== undefined)
      found.problems.push({
        path: at,
        code: 'schema.unsupported',
        message: `${keyword} is not supported: ${hint}`,
      })
    if (!KEYWORDS.has(keyword)) continue
    const expected = expectedOf(keyword, value)
    if (expected !== null) {
      found.problems.push({ path: at, code: 'schema.invalid', message: `${keyword}: expected ${expected}` })
      continue
    }
    if (keyword === '$id' && path !== '' && !String(value).startsWith('#'))
      found.problems.push({
        path: at,
        code: 'schema.unsupported',
        message: '$id is supported at the root only: it would change where references lead',
      })
    else if (keyword === '$ref') found.refs.push({ ref: value as string, path: at })
    else if (keyword === '$anchor') found.anchors.set(value as string, schema)
    else if (keyword === 'pattern') addPattern(found, value as string, at)
    else if (keyword === 'patternProperties')
      for (const source of Object.keys(value as object)) addPattern(found, source, at + pointerPart(source))
  }
  for (const child of childrenOf(schema)) {
    if (typeof child.schema !== 'boolean' && !isObject(child.schema)) continue
    const part = child.part === null ? '' : pointerPart(child.part)
    visit(child.schema, path + pointerPart(child.keyword) + part, found)
  }
}

function follow(root: Schema, ref: string, found: Found): unknown {
  const rootId = isObject(root) ? own(root, '$id') : undefined
  const local = typeof rootId === 'string' && ref.startsWith(rootId) ? ref.slice(rootId.length) : ref
  if (local === '#' || local === '') return root
  if (local.startsWith('#/')) return valueAt(root, local)
  return local.startsWith('#') ? found.anchors.get(local.slice(1)) : undefined
}

function resolveRefs(root: Schema, found: Found): Map<string, Schema> {
  const refs = new Map<string, Schema>()
  // The list grows while it is read: a reference may point under an unknown keyword, to a schema not seen so far.
  for (let index = 0; index < found.refs.length; index++) {
    const { ref, path } = found.refs[index]!
    if (refs.has(ref)) continue
    const target = follow(root, ref, found)
    if (typeof target === 'boolean' || isObject(target)) {
      refs.set(ref, target)
      visit(target, ref.slice(1), found)
    } else {
      const message = ref.startsWith('#')
        ? `$ref: "${ref}" does not exist`
        : `$ref: "${ref}" is outside this schema; only references that start with # are supported`
      found.problems.push({ path, code: 'schema.ref', message })
    }
  }
  return refs
}

const IN_PLACE = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas'])

/**
 * Whether a schema applies itself to the same value again, without going into the value first. A chain longer than
 * any check may follow counts as one, because it could never be applied. `done` contains schemas without such loops.
 */
function loops(
  schema: Schema,
  refs: ReadonlyMap<string, Schema>,
  done: Set<Schema>,
  open: Set<Schema>,
): boolean {
  if (typeof schema === 'boolean' || done.has(schema)) return false
  if (open.has(schema) || open.size >= LIMITS.checkDepth) return true
  open.add(schema)
  const ref = own(schema, '$ref')
  const target = typeof ref === 'string' ? refs.get(ref) : undefined
  if (target !== undefined && loops(target, refs, done, open)) return true
  for (const child of childrenOf(schema))
    if (IN_PLACE.has(child.keyword) && loops(child.schema as Schema, refs, done, open)) return true
  open.delete(schema)
  done.add(schema)
  return false
}

/** Checks a schema and prepares it. All problems are reported at once. */
export function compileSchema(schema: unknown): Result<CompiledSchema, SchemaProblem[]> {
  if (typeof schema !== 'boolean' && !isObject(schema))
    return err([{ path: '', code: 'schema.invalid', message: 'expected a schema: an object, true or false' }])
  const size = checkSize(schema)
  if (size) return err([size])
  const found: Found = {
    problems: [],
    anchors: new Map(),
    refs: [],
    patterns: new Map(),
    patternsSize: 0,
    patternsTried: 0,
    schemas: new Set(),
  }
  visit(schema, '', found)
  const refs = resolveRefs(schema, found)
  const done = new Set<Schema>()
  if (
    found.problems.length === 0 &&
    [...refs.values()].some((target) => loops(target, refs, done, new Set()))
  )
    found.problems.push({
      path: '',
      code: 'schema.loop',
      message: 'a chain of $ref is cyclic, or too long',
    })
  if (found.problems.length > 0) return err(found.problems.slice(0, LIMITS.problems))
  return ok({ root: schema, refs, patterns: found.patterns })
}

/** The problems of a schema. An empty list if it can be used. */
export function checkSchema(schema: unknown): SchemaProblem[] {
  const compiled = compileSchema(schema)
  return compiled.ok ? [] : compiled.error
}
