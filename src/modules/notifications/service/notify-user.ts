import type { ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { commit } from '../../../db/commit.ts'
import { roleReaches } from '../../../http/scopes.ts'
import { notify } from '../../../queue/notify.ts'
import { findMembersAmong } from '../../teams/index.ts'
import type { NotifyUser, NotifyUserReceipt } from '../schema.ts'

/** Users can notify themselves; admins of the team can notify its members. */
export async function notifyUser(ctx: ServiceContext, input: NotifyUser): Promise<NotifyUserReceipt> {
  const { userId, title, message, level, link } = input
  const { actor } = ctx
  const isOwn = userId === actor.userId
  if (!isOwn && !roleReaches(actor.teamRole, 'admin'))
    throw new AppError('access.denied', { detail: 'Notifying others requires the admin role in the team.' })
  if (!(await findMembersAmong(ctx.env.DB, actor.teamId, [userId])).has(userId)) throw notFound('The user')
  await commit(ctx, {
    audit: { action: 'user.notified', targetType: 'user', targetId: userId, after: { title } },
    messages: [
      notify({
        kind: 'mention',
        to: { userIds: [userId] },
        teamId: actor.teamId,
        level,
        title,
        message,
        link,
      }),
    ],
  })
  return { userId }
}
