// What only those may do who could change the workflow itself: runs of drafts, and starts that get past what a version asks.
import type { Actor } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { judgeAccess } from '../../../http/scopes.ts'

export const mayEdit = (actor: Actor): boolean => judgeAccess('workflows:write', actor) === 'allowed'

/** `what` begins the sentence: "A start with mocks". */
export function requireEditor(actor: Actor, what: string): void {
  if (mayEdit(actor)) return
  const detail = `${what} needs the right workflows:write.`
  throw new AppError(actor.scopes === null ? 'access.denied' : 'access.scope_missing', { detail })
}
