import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import type { QueueMessage } from '../../../queue/messages.ts'
import { proveIdentity } from '../../auth/index.ts'
import {
  deleteAccountRows,
  findOwnedTeams,
  guardDeletion,
  isLastAdmin,
  type OwnedTeam,
} from '../repo/deletion.ts'
import type { DeleteAccount } from '../schema/profile.ts'
import { avatarPrefix } from './avatar.ts'
import { getProfile } from './profile.ts'

/**
 * Ends the account with the personal team and every team that has no other member. Teams with others must be handed over
 * before: they are not one person's to delete. Audit entries stay, see `repo/deletion.ts`.
 */
export async function deleteAccount(
  ctx: ServiceContext,
  input: DeleteAccount,
  expected: Expected,
): Promise<void> {
  const { userId } = ctx.actor
  const seenVersion = expected === null ? null : requireExpected(expected, (await getProfile(ctx)).version)
  const proof = await proveIdentity(ctx, input.password)
  const teams = await findOwnedTeams(ctx.env.DB, userId)
  requireAlone(teams)
  const done = await commit(ctx, {
    guard: guardDeletion(userId, proof.passwordHash, teams.length, seenVersion),
    statements: deleteAccountRows(userId, ctx.now()),
    audit: {
      action: 'user.deleted',
      targetType: 'user',
      targetId: userId,
      before: { teams: teams.map((team) => team.id) },
    },
    messages: [
      ...deletionMessages(userId, teams),
      {
        type: 'mail.send',
        to: proof.email,
        subject: 'Your account was deleted',
        text: 'Your account and its data were deleted, as asked for with your sign-in. The address is free again.\n',
      },
    ],
  })
  if (done === 'done') return
  requireAlone(await findOwnedTeams(ctx.env.DB, userId))
  if (await isLastAdmin(ctx.env.DB, userId)) {
    throw new AppError('resource.conflict', {
      detail: 'You are the last administrator; make someone else one first.',
    })
  }
  throw new AppError('resource.conflict', { detail: 'The account has just been changed; try again.' })
}

/**
 * What rows do not take with them, whoever deletes the account: files, the runs of its teams with their objects, and what
 * the account follows.
 */
export const deletionMessages = (userId: string, teams: OwnedTeam[]): QueueMessage[] => [
  { type: 'storage.delete', keys: [], prefixes: [avatarPrefix(userId)] },
  { type: 'live.revoke', of: 'user', id: userId },
  ...teams.map((team) => ({ type: 'team.purge' as const, teamId: team.id, afterRunId: '' })),
]

function requireAlone(teams: OwnedTeam[]): void {
  const shared = teams.filter((team) => team.others > 0)
  if (shared.length === 0) return
  throw new AppError('resource.conflict', {
    detail: `Hand over or delete the teams you share first: ${shared
      .slice(0, 20)
      .map((team) => `${team.name} (${team.id})`)
      .join(', ')}.`,
    errors: shared.slice(0, 50).map((team) => ({
      path: `teams.${team.id}`,
      message: `${team.name} has ${team.others} more ${team.others === 1 ? 'member' : 'members'}`,
      code: 'team.shared',
    })),
  })
}
