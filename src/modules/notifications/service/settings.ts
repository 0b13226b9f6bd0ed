import type { RequestContext, ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { commitOrStale } from '../../../db/commit.ts'
import { NOTIFICATION_KINDS } from '../kinds.ts'
import { mergeSettings, type StoredSettings, withDefaults } from '../preferences.ts'
import { findSettings, type SettingsRow, upsertSettings } from '../repo/settings.ts'
import type { NotificationSettings, UpdateNotificationSettings } from '../schema.ts'
import { readUnsubscribeToken } from '../unsubscribe-token.ts'
import { generalOf } from './general.ts'

export async function getNotificationSettings(ctx: ServiceContext): Promise<NotificationSettings> {
  const row = await requireSettings(ctx, ctx.actor.userId)
  const { timezone, digest } = generalOf(row.preferences)
  return { ...withDefaults(JSON.parse(row.settings ?? '{}')), timezone, digest }
}

export async function updateNotificationSettings(
  ctx: ServiceContext,
  input: UpdateNotificationSettings,
): Promise<NotificationSettings> {
  const { userId } = ctx.actor
  const { settings } = await requireSettings(ctx, userId)
  await commitOrStale(ctx, {
    guard: changed(userId, settings, input as StoredSettings, ctx.now()),
    audit: { action: 'notification_settings.updated', targetType: 'user', targetId: userId, after: input },
  })
  return getNotificationSettings(ctx)
}

const changed = (userId: string, before: string | null, update: StoredSettings, now: number) =>
  upsertSettings(userId, before, JSON.stringify(mergeSettings(JSON.parse(before ?? '{}'), update)), now)

async function requireSettings({ env }: RequestContext, userId: string): Promise<SettingsRow> {
  const row = await findSettings(env.DB, userId)
  if (row === null) throw notFound('The user')
  return row
}

/** The user and kind of the link. Throws 400 for an invalid link, or if the user does not exist any more. */
export async function openUnsubscribe(
  request: RequestContext,
  token: string,
): Promise<{ userId: string; kind: string }> {
  const read = await readUnsubscribeToken(request.settings.SECRETS_KEYS, token)
  if (read === null || (await findSettings(request.env.DB, read.userId)) === null)
    throw new AppError('auth.invalid_one_time_token', { detail: 'The link is not valid.' })
  return read
}

/** Turns off mails of one kind, or all that can be turned off. It can be repeated. */
export async function unsubscribe(request: RequestContext, token: string): Promise<{ kind: string }> {
  const { userId, kind } = await openUnsubscribe(request, token)
  const { settings } = await requireSettings(request, userId)
  const one = NOTIFICATION_KINDS.find((known) => known === kind)
  const update: StoredSettings = one === undefined ? { mail: false } : { kinds: { [one]: { mail: false } } }
  await commitOrStale(request, {
    guard: changed(userId, settings, update, request.now()),
    audit: {
      action: 'notification_settings.unsubscribed',
      targetType: 'user',
      targetId: userId,
      after: { kind },
    },
  })
  return { kind }
}
