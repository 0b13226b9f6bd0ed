import type { ServiceContext } from '../../../context.ts'
import { AppError } from '../../../core/errors.ts'
import { type Expected, requireExpected } from '../../../core/version.ts'
import { commit } from '../../../db/commit.ts'
import type { QueueMessage } from '../../../queue/messages/index.ts'
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
 * Deletes the account, its personal team and every team without other members. Teams with other members must be
 * transferred first. Audit entries stay, see `repo/deletion.ts`.
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
  const outcome = await commit(ctx, {
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
        text: 'Your account and its data were deleted, as you requested. The address can be used for a new account.\n',
      },
    ],
  })
  if (outcome === 'done') return
  requireAlone(await findOwnedTeams(ctx.env.DB, userId))
  if (await isLastAdmin(ctx.env.DB, userId)) {
    throw new AppError('resource.conflict', {
      detail: 'You are the last administrator. Make someone else an administrator first.',
    })
  }
  throw new AppError('resource.conflict', { detail: 'The account was just changed. Try again.' })
}

/** Deletes what cascading rows do not: files, the runs of the teams with their objects, and open live connections. */
export const deletionMessages = (userId: string, teams: OwnedTeam[]): QueueMessage[] => [
  { type: 'storage.delete', keys: [], prefixes: [avatarPrefix(userId)] },
  { type: 'live.revoke', of: 'user', id: userId },
  ...teams.map((team) => ({ type: 'team.purge' as const, teamId: team.id, afterRunId: '' })),
]

function requireAlone(teams: OwnedTeam[]): void {
  const shared = teams.filter((team) => team.others > 0)
  if (shared.length === 0) return
  throw new AppError('resource.conflict', {
    detail: `Transfer or delete the teams you share first: ${shared
      .slice(0, 20)
      .map((team) => `${team.name} (${team.id})`)
      .join(', ')}.`,
    errors: shared.slice(0, 50).map((team) => ({
      resourceId: team.id,
      message: `${team.name} has ${team.others} more ${team.others === 1 ? 'member' : 'members'}`,
      code: 'team.shared',
    })),
  })
}
