// Runs with a `kind` are not workflows of the team. Their input was checked when they were requested, and it says what they do:
// an agent with its tools, tasks to delete, a file to write. So a different input needs a new request, and repeating such a run
// requires the same rights.
import type { Actor } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { requireScope, type Scope } from '../../../http/scopes.ts'
import type { RunKind } from '../../../objects/workflow-run.ts'

const SCOPES: Partial<Record<RunKind, readonly Scope[]>> = {
  agent: ['agents:run'],
  task: ['tasks:run'],
  bulk: ['tasks:run', 'tasks:write'],
  export: ['tasks:read'],
}

export function requireKindRight(actor: Actor, kind: RunKind, hasOtherInput: boolean): void {
  if (kind === 'workflow') return
  for (const scope of SCOPES[kind] ?? [])
    requireScope(actor, scope, `Repeating a run of kind ${kind} requires the scope ${scope}.`)
  if (hasOtherInput)
    throw new AppError('resource.conflict', {
      detail: `The input of a run of kind ${kind} cannot be changed. Send a new request instead.`,
    })
}
