import { compileTemplate, startDialect } from '../expression/index.ts'
import type { Location, Problems } from '../model/problem.ts'

/** The key of the concurrency limit and the title are evaluated before any node runs: they can name only what a start knows. */
export function checkStartText(text: string | undefined, at: Location, problems: Problems): void {
  const compiled = text === undefined ? null : compileTemplate(text, startDialect, problems.regexes)
  if (compiled === null || compiled.ok) return
  const { code, message, column, expected } = compiled.error
  const hint = expected === undefined ? undefined : `Expected ${expected}`
  problems.add(at, code, `${message} (column ${column})`, hint)
}
