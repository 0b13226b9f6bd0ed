// The key under which a run counts against its workflow's limit, made from what its start knows. One that cannot be made is
// a fault of this start: to let such runs share a gate would make one limit of many.
import { err, ok, type Result } from '../../../src/core/result.ts'
import type { NodeError } from '../../../src/engine/model/event.ts'
import type { RunSpec } from '../../../src/objects/workflow-run.ts'
import { evaluateAtStart } from './start-text.ts'

export function keyOf(template: string | undefined, spec: RunSpec, now: number): Result<string, NodeError> {
  if (template === undefined) return ok('')
  const made = evaluateAtStart(template, spec, now)
  if (made.ok) return made
  return err({
    code: 'run.bad_concurrency_key',
    message: `settings.concurrency.key, ${made.error}`,
    retryable: false,
  })
}

/** Somebody waits for the answer of such a start; a trigger has nobody to tell, so its run says it. */
export const isAnswered = ({ trigger }: RunSpec): boolean =>
  trigger.type === 'manual' ||
  trigger.type === 'retry' ||
  trigger.type === 'rerun' ||
  trigger.type === 'compensate'
