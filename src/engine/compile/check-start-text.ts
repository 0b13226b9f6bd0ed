import { compileTemplate, startDialect } from '../expression/index.ts'
import type { Location, Problems } from '../model/problem.ts'

/**
 * Checks the concurrency key and the title. They are evaluated before any node runs, so they can only use what a
 * start knows.
 */
export function checkStartText(text: string | undefined, at: Location, problems: Problems): void {
  const compiled = text === undefined ? null : compileTemplate(text, startDialect, problems.regexes)
  if (compiled === null || compiled.ok) return
  const { code, message, column, expected } = compiled.error
  const hint = expected === undefined ? undefined : `Expected ${expected}`
  problems.add(at, code, `${message} (column ${column})`, hint)
}
