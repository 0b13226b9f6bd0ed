import type { RequestContext } from '../../context.ts'

/** A context for `commit` on a public route, once the user has proven who they are. Audit entries go to their personal team. */
export const actingAs = (request: RequestContext, user: { id: string; personalTeamId: string }) => ({
  ...request,
  actor: { kind: 'user' as const, userId: user.id, teamId: user.personalTeamId, keyId: null },
})
