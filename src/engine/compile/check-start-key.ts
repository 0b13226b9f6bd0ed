import { compileTemplate, startDialect } from '../expression/index.ts'
import type { Location, Problems } from '../problem.ts'

/** The key of the concurrency limit is made before any node runs: it can name only what a start knows. */
export function checkStartKey(key: string | undefined, at: Location, problems: Problems): void {
  const compiled = key === undefined ? null : compileTemplate(key, startDialect)
  if (compiled === null || compiled.ok) return
  const { code, message, column, expected } = compiled.error
  const hint = expected === undefined ? undefined : `Expected ${expected}`
  problems.add(at, code, `${message} (column ${column})`, hint)
}
