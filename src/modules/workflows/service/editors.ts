// Actions that require the right to edit the workflow: runs of drafts, and starts that skip questions of a version.
import type { Actor } from '../../../context.ts'
import { judgeAccess, requireScope } from '../../../http/scopes.ts'

export const mayEdit = (actor: Actor): boolean => judgeAccess('workflows:write', actor) === 'allowed'

/** `what` begins the sentence: "A start with mocks". */
export const requireEditor = (actor: Actor, what: string): void =>
  requireScope(actor, 'workflows:write', `${what} requires the scope workflows:write.`)
