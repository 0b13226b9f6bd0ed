// The key under which a run counts against its workflow's limit, made from what its start knows. One that cannot be made is
// a fault of this start: to let such runs share a gate would make one limit of many.
import type { Json } from '../../src/core/json.ts'
import { err, ok, type Result } from '../../src/core/result.ts'
import type { NodeError } from '../../src/engine/event.ts'
import { compileTemplate, evaluateTemplate, startDialect } from '../../src/engine/expression/index.ts'
import type { RunSpec } from '../../src/objects/workflow-run.ts'
import { namesOf } from './scope.ts'

export function keyOf(template: string | undefined, spec: RunSpec, now: number): Result<string, NodeError> {
  if (template === undefined) return ok('')
  const compiled = compileTemplate(template, startDialect)
  const value = compiled.ok ? evaluateTemplate(compiled.value, namesOf(spec, spec.input, now)) : compiled
  if (!value.ok) {
    const { column, message } = value.error
    return err({
      code: 'run.bad_concurrency_key',
      message: `settings.concurrency.key, column ${column}: ${message}`,
      retryable: false,
    })
  }
  return ok(typeof value.value === 'string' ? value.value : JSON.stringify((value.value ?? null) as Json))
}

/** Somebody waits for the answer of such a start; a trigger has nobody to tell, so its run says it. */
export const isAnswered = ({ trigger }: RunSpec): boolean =>
  trigger.type === 'manual' ||
  trigger.type === 'retry' ||
  trigger.type === 'rerun' ||
  trigger.type === 'compensate'
