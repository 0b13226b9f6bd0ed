// Texts in a workflow's settings that are evaluated once, when a run starts.
import type { Json } from '../../../src/core/json.ts'
import { err, ok, type Result } from '../../../src/core/result.ts'
import { compileTemplate, evaluateTemplate, startDialect } from '../../../src/engine/expression/index.ts'
import type { RunSpec } from '../../../src/objects/run-spec.ts'
import { namesOf, type Run } from './scope.ts'

/** The error contains the column and the reason. */
export function evaluateAtStart(template: string, spec: RunSpec, now: number): Result<string, string> {
  const compiled = compileTemplate(template, startDialect)
  const result = compiled.ok ? evaluateTemplate(compiled.value, namesOf(spec, spec.input, now)) : compiled
  if (!result.ok) return err(`column ${result.error.column}: ${result.error.message}`)
  const { value } = result
  return ok(typeof value === 'string' ? value : JSON.stringify((value ?? null) as Json))
}

const MAX_TITLE_CHARS = 200

type Title = { title: string | null; fault?: string }

/** In one line. A title is for people: if it cannot be evaluated, the run continues without one, and `fault` says why. */
export function titleOf({ plan, spec }: Pick<Run, 'plan' | 'spec'>, now: number): Title {
  const { settings } = plan.definition
  if (settings?.title === undefined) return { title: null }
  const made = evaluateAtStart(settings.title, spec, now)
  if (!made.ok) return { title: null, fault: `settings.title, ${made.error}` }
  const line = made.value.replace(/\s+/gu, ' ').trim()
  return { title: line === '' ? null : Array.from(line).slice(0, MAX_TITLE_CHARS).join('') }
}
