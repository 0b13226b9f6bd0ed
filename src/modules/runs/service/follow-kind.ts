// Runs that are no workflow of the team have an input that was checked when they were asked for, and that says what they do: an
// agent with its tools, tasks to delete, a file to write. So another input is asked for anew, and what is done again takes the
// same rights.
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
    requireScope(actor, scope, `A run of kind ${kind} is done again with the right ${scope}.`)
  if (hasOtherInput)
    throw new AppError('resource.conflict', {
      detail: `The input of a run of kind ${kind} is what was asked for. Ask for another one anew.`,
    })
}
