// What only those may do who could change the workflow itself: runs of drafts, and starts that get past what a version asks.
import type { Actor } from '../../../context.ts'
import { judgeAccess, requireScope } from '../../../http/scopes.ts'

export const mayEdit = (actor: Actor): boolean => judgeAccess('workflows:write', actor) === 'allowed'

/** `what` begins the sentence: "A start with mocks". */
export const requireEditor = (actor: Actor, what: string): void =>
  requireScope(actor, 'workflows:write', `${what} needs the right workflows:write.`)
