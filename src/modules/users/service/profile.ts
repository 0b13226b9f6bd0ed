import type { ReadContext } from '../../../context.ts'
import { toIso, toIsoOrNull } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import { findProfile, type ProfileRow } from '../repo/profile.ts'
import type { Profile } from '../schema/profile.ts'

export const getProfile = async (ctx: ReadContext): Promise<Profile> => toProfile(await requireProfile(ctx))

export async function requireProfile(ctx: ReadContext): Promise<ProfileRow> {
  const now = ctx.now()
  const { rows } = await ctx.read(({ userId }) => findProfile(userId, now))
  return rows[0] ?? gone()
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
