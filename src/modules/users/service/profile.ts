import type { ReadContext, ServiceContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { type Change, commitOrStale } from '../../../db/commit.ts'
import { findProfile, type ProfileRow, readProfileRow, updateProfileRow } from '../repo/profile.ts'
import type { Profile, UpdateProfile } from '../schema/profile.ts'
import { beginEmailChange } from './email-change.ts'

export async function readProfile(ctx: ReadContext): Promise<Profile> {
  const now = ctx.now()
  const { rows } = await ctx.read((who) => readProfileRow(who.userId, now))
  return toProfile(rows[0] ?? gone())
}

export async function getProfile(ctx: ServiceContext): Promise<Profile> {
  return toProfile((await findProfile(ctx, ctx.actor.userId)) ?? gone())
}

/** The name changes at once; a new address only once it has been confirmed from its own mailbox. */
export async function updateProfile(
  ctx: ServiceContext,
  input: UpdateProfile,
  expected: number | null,
): Promise<Profile> {
  const { userId } = ctx.actor
  const before = await getProfile(ctx)
  if (expected !== null && expected !== before.version) throw new AppError('resource.stale')
  const { name, email, currentPassword } = input
  if (name === undefined && email === undefined) return before
  const mail: Pick<Change, 'statements' | 'messages'> =
    email === undefined ? {} : await beginEmailChange(ctx, email, currentPassword)
  await commitOrStale(ctx, {
    guard: updateProfileRow(ctx.db, userId, { name }, expected, ctx.now()),
    ...mail,
    audit: {
      action: email === undefined ? 'profile.updated' : 'email.change_asked',
      targetType: 'user',
      targetId: userId,
      before: { name: before.name, ...(email === undefined ? {} : { email: before.email }) },
      after: {
        ...(name === undefined ? {} : { name }),
        ...(email === undefined ? {} : { pendingEmail: email }),
      },
    },
  })
  return getProfile(ctx)
}

export const gone = (): never => {
  throw notFound('The account')
}

export const toProfile = (row: ProfileRow): Profile => ({
  id: row.id,
  email: row.email,
  emailVerified: row.emailVerifiedAt !== null,
  pendingEmail: row.pendingEmail,
  name: row.name,
  role: row.role,
  personalTeamId: row.personalTeamId,
  avatarUrl: row.avatarKey === null ? null : '/api/v1/users/profile/avatar',
  hasPassword: row.hasPassword === 1,
  mfaEnabled: row.mfaEnabled === 1,
  lastSignInAt: toIsoOrNull(row.lastSignInAt),
  version: row.version,
  createdAt: toIso(row.createdAt),
  updatedAt: toIso(row.updatedAt),
})
