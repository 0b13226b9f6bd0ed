// Sends a user's notifications and unread count to their sockets. Sends nothing if there are no followers. A person follows all
// their teams, an API key only its own team.
import type { RequestContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { logForKeys, userHub } from '../../../objects/channels.ts'
import type { Publication } from '../../../objects/live-hub.ts'
import type { TeamEvent } from '../../../objects/team-events.ts'
import { publishNow } from '../../realtime/index.ts'
import { countUnread, findTeamsRead, type NotificationRow, type Owner } from '../repo/notifications.ts'
import { toNotification } from './view.ts'

type Change = Pick<TeamEvent, 'type'> & { data: Record<string, unknown> }

/** `key` identifies the change: the same change is sent once. */
export async function publishNotification(
  request: RequestContext,
  row: NotificationRow,
  what: 'created' | 'updated' | 'deleted',
  key: string,
): Promise<void> {
  const teams = row.teamId === null ? [] : [row.teamId]
  const change: Change = { type: `notification.${what}`, data: toNotification(row) }
  await publish(request, { userId: row.userId, key: `${key} ${row.id}` }, change, async () => teams)
}

export async function publishAllRead(request: RequestContext, userId: string, readAt: number): Promise<void> {
  const change: Change = { type: 'notifications.read', data: {} }
  await publish(request, { userId, key: request.requestId }, change, () =>
    findTeamsRead(request.env.DB, userId, readAt),
  )
}

/** Sends to the user's channel, and to those of API keys of the teams that it is about. */
async function publish(
  request: RequestContext,
  { userId, key }: { userId: string; key: string },
  { type, data }: Change,
  teamsOf: () => Promise<string[]>,
): Promise<void> {
  const publicationFor = async (kind: Owner['kind'], teamId: string): Promise<Publication> => {
    const unreadCount = await countUnread(request.db, { kind, userId, teamId })
    return {
      key,
      event: { type, at: toIso(request.now()), teamId, data: { ...data, unreadCount } } as TeamEvent,
    }
  }
  await publishNow(request, userHub(userId), async () => {
    const teams = await teamsOf()
    const own = await publicationFor('user', teams.length === 1 ? (teams[0] ?? '') : '')
    const ofTeams = teams.map(async (teamId) => ({
      ...(await publicationFor('api_key', teamId)),
      log: logForKeys('notifications', teamId),
    }))
    return [own, ...(await Promise.all(ofTeams))]
  })
}
