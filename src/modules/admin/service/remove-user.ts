import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import { deleteAccountRows, deletionMessages, findOwnedTeams } from '../../users/index.ts'
import { guardRemoval } from '../repo/changes.ts'
import { explainMiss, PLATFORM_LOG, requireOther, requireUser } from './users.ts'

/** Deletes the account and the teams without other members. Teams with other members must be transferred first. */
export async function deleteUser(ctx: ServiceContext, id: string, expected: Expected): Promise<void> {
  const { role, status, version } = await requireUser(ctx, id)
  requireOther(ctx, id)
  const seenVersion = requireExpected(expected, version)
  const teams = await findOwnedTeams(ctx.env.DB, id)
  const shared = teams.filter((team) => team.others > 0)
  if (shared.length > 0) {
    throw new AppError('team.last_owner', {
      detail: 'The user owns teams with other members. Transfer or delete these teams first.',
      errors: shared.map((team) => ({ resourceId: team.id, message: team.name, code: 'team.last_owner' })),
    })
  }
  const now = ctx.now()
  const outcome = await commit(ctx, {
    guard: guardRemoval(ctx.actor.userId, id, teams.length, seenVersion),
    statements: deleteAccountRows(id, now),
    audit: {
      action: 'user.deleted',
      targetType: 'user',
      targetId: id,
      teamId: PLATFORM_LOG,
      before: { role, status, teams: teams.map((team) => team.id) },
    },
    messages: deletionMessages(id, teams),
  })
  if (outcome === 'guard_missed') await explainMiss(ctx, id)
}
