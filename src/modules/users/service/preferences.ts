import type { ReadContext, ServiceContext } from '../../../context.ts'
import { commit } from '../../../db/commit.ts'
import { mergePreferences } from '../repo/profile.ts'
import { type Preferences, type UpdatePreferences, withDefaults } from '../schema/preferences.ts'
import { requireProfile } from './profile.ts'

export async function getPreferences(ctx: ReadContext): Promise<Preferences> {
  return withDefaults(JSON.parse((await requireProfile(ctx)).preferences))
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
