// The key under which a run counts against its workflow's limit, evaluated at the start. If it cannot be evaluated,
// the start fails: letting such runs share one gate would merge many limits into one.
import { err, ok, type Result } from '../../../src/core/result.ts'
import type { NodeError } from '../../../src/engine/model/event.ts'
import type { RunSpec } from '../../../src/objects/run-spec.ts'
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

/** Whether a caller waits for the answer to the start. A trigger has no caller, so its run fails instead. */
export const isAnswered = ({ trigger }: RunSpec): boolean =>
  trigger.type === 'manual' ||
  trigger.type === 'retry' ||
  trigger.type === 'rerun' ||
  trigger.type === 'compensate'
