import type { RequestContext } from '../../../context.ts'
import { derivedId } from '../../../core/ids.ts'
import { isFollowed } from '../../../db/follows.ts'
import { teamHub } from '../../../objects/channels.ts'
import { liveHub, type Publication } from '../../../objects/live-hub.ts'
import type { TeamEvent } from '../../../objects/team-events.ts'
import type { RealtimePublish } from '../../../queue/messages/realtime.ts'
import { recordEvents } from '../../webhooks/index.ts'

/** What a commit has put into the outbox, for followers and for webhooks of the team. Its id names the event, so that a message that comes twice publishes once. */
export async function publish(
  request: RequestContext,
  { hub, event }: RealtimePublish,
  outboxId: string,
): Promise<void> {
  const published = event as unknown as TeamEvent
  const publication: Publication = { key: outboxId, event: published }
  if (hub !== teamHub(published.teamId)) return liveHub(request.env.LIVE_HUBS, hub).publish([publication])
  const id = await derivedId('evt', outboxId)
  await recordEvents(request, [{ id, event: published, link: null }])
  await publishNow(request, hub, publication)
}

/** Without a commit. False when nobody follows the hub, which is then not asked. What takes work to make is made for followers only. */
export async function publishNow(
  request: RequestContext,
  hub: string,
  publication: Publication | (() => Promise<Publication[]>),
): Promise<boolean> {
  if (!(await isFollowed(request.env.DB, hub, request.now()))) return false
  const publications = typeof publication === 'function' ? await publication() : [publication]
  await liveHub(request.env.LIVE_HUBS, hub).publish(publications)
  return true
}
