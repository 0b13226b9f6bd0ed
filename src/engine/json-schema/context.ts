import { type CompiledSchema, LIMITS, pointerPart, type Schema } from './types.ts'

/** A path in the value, from the inside out. Only converted to text when there is something to report. */
export type Path = { up: Path; key: string | number } | null

export function pointerOf(path: Path): string {
  const parts: string[] = []
  for (let at = path; at !== null; at = at.up) parts.push(pointerPart(at.key))
  return parts.reverse().join('')
}

/** A problem whose path is not text yet: most problems inside an `anyOf` are never shown. */
export type Finding = { at: Path; code: string; message: string }

/** One check in progress. */
export type Context = {
  compiled: CompiledSchema
  /** The rest of the budget. */
  steps: number
  depth: number
  /** Why the check was stopped. Once set, the only result is that the value was not checked. */
  stopped: string | null
  problems: Finding[]
  /** How many problems should be found at the current place. */
  wanted: number
  apply: (schema: Schema, value: unknown, path: Path) => void
}

export function spend(context: Context, steps: number): boolean {
  context.steps -= steps
  if (context.steps >= 0) return true
  context.stopped ??= 'the value is too large to check against this schema'
  return false
}

export function report(context: Context, path: Path, code: string, message: string): void {
  if (context.problems.length < context.wanted) context.problems.push({ at: path, code, message })
}

/** The problems of a value with a schema, collected separately: for keywords that only ask whether it is valid. */
export function attempt(context: Context, schema: Schema, value: unknown, path: Path, wanted = 1): Finding[] {
  const { problems, wanted: outer } = context
  const found: Finding[] = []
  context.problems = found
  context.wanted = wanted
  context.apply(schema, value, path)
  context.problems = problems
  context.wanted = outer
  return found
}

export const newContext = (compiled: CompiledSchema): Omit<Context, 'apply'> => ({
  compiled,
  steps: LIMITS.checkSteps,
  depth: 0,
  stopped: null,
  problems: [],
  wanted: LIMITS.problems,
})
