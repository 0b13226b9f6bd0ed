import { type CompiledSchema, LIMITS, pointerPart, type Schema } from './types.ts'

/** A place in the value, from the inside out; made into text only when there is something to report. */
export type Path = { up: Path; key: string | number } | null

export function pointerOf(path: Path): string {
  const parts: string[] = []
  for (let at = path; at !== null; at = at.up) parts.push(pointerPart(at.key))
  return parts.reverse().join('')
}

/** A problem whose place is not yet text: most problems found inside an `anyOf` are never shown. */
export type Finding = { at: Path; code: string; message: string }

/** One check under way. */
export type Context = {
  compiled: CompiledSchema
  /** What is left of the budget. */
  steps: number
  depth: number
  /** Why the check gave up. Once set nothing counts any more: the answer is that the value was not checked. */
  stopped: string | null
  problems: Finding[]
  /** How many problems are worth finding where the check stands now. */
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

/** The problems a value has with a schema, kept apart: for keywords that only ask whether it fits. */
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
