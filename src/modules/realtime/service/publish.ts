import type { RequestContext } from '../../../context.ts'
import { derivedId } from '../../../core/ids.ts'
import { isFollowed } from '../../../db/follows.ts'
import { teamHub } from '../../../objects/channels.ts'
import { liveHub, type Publication } from '../../../objects/live-hub.ts'
import type { TeamEvent } from '../../../objects/team-events.ts'
import type { RealtimePublish } from '../../../queue/messages/realtime.ts'
import { recordEvents } from '../../webhooks/index.ts'

/** Publishes a message from the outbox to followers and to the team's webhooks. Its id identifies the event, so a repeated message publishes once. */
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

/** Publishes without a commit. Returns false without calling the hub if it has no followers. Builds expensive content only for followers. */
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
