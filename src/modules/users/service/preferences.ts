import type { ReadContext, ServiceContext } from '../../../context.ts'
import { commit } from '../../../db/commit.ts'
import { findProfile, mergePreferences, readProfileRow } from '../repo/profile.ts'
import { type Preferences, type UpdatePreferences, withDefaults } from '../schema/preferences.ts'
import { gone } from './profile.ts'

export async function readPreferences(ctx: ReadContext): Promise<Preferences> {
  const now = ctx.now()
  const { rows } = await ctx.read(({ userId }) => readProfileRow(userId, now))
  return withDefaults(JSON.parse((rows[0] ?? gone()).preferences))
}

export async function getPreferences(ctx: ServiceContext): Promise<Preferences> {
  const row = (await findProfile(ctx, ctx.actor.userId)) ?? gone()
  return withDefaults(JSON.parse(row.preferences))
}

export async function updatePreferences(ctx: ServiceContext, input: UpdatePreferences): Promise<Preferences> {
  const { userId } = ctx.actor
  const { extra, ...patch } = input
  if (Object.keys(input).length > 0) {
    await commit(ctx, {
      statements: [mergePreferences(userId, patch, extra)],
      // `extra` belongs to clients and is not useful in an audit.
      audit: {
        action: 'preferences.updated',
        targetType: 'user',
        targetId: userId,
        after: { ...patch, ...(extra === undefined ? {} : { extra: '(replaced)' }) },
      },
    })
  }
  return getPreferences(ctx)
}
