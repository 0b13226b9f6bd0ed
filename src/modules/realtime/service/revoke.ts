// Closes the connections whose rights have ended. It may be repeated at any point, because it closes only those whose rights do
// not hold now.
import type { RequestContext } from '../../../context.ts'
import { requireFulfilled } from '../../../core/settled.ts'
import { liveHub } from '../../../objects/live-hub.ts'
import type { LiveRevoke } from '../../../queue/messages/runs.ts'
import { revokeLive } from '../../runs/index.ts'
import { deleteConnections, findKeysConnected, findLostConnections } from '../repo/connections.ts'

const PAGE = 200

/** Closes followers of single runs, and connections of hubs. One that does not respond must not keep the others open. */
export async function revoke(request: RequestContext, message: LiveRevoke): Promise<void> {
  const done = await Promise.allSettled([
    revokeLive(request, message),
    closeLost(request, message),
    message.of === 'user' ? narrowKeys(request, message.id) : undefined,
  ])
  requireFulfilled(done)
}

async function closeLost(request: RequestContext, { of, id }: LiveRevoke): Promise<void> {
  const { DB, LIVE_HUBS } = request.env
  for (;;) {
    const lost = await findLostConnections(DB, of, id, request.now(), PAGE)
    const byHub = [...Map.groupBy(lost, ({ hub }) => hub)]
    const closed = await Promise.allSettled(
      byHub.map(async ([hub, connections]) => {
        const ids = connections.map((one) => one.id)
        await liveHub(LIVE_HUBS, hub).close(ids, 'rights ended')
        await deleteConnections(DB, ids)
      }),
    )
    requireFulfilled(closed)
    if (lost.length < PAGE) return
  }
}

/** A key that may still connect may have lost access to some channels. */
async function narrowKeys(request: RequestContext, userId: string): Promise<void> {
  const { DB, LIVE_HUBS } = request.env
  for (const { hub, keyId, scopes } of await findKeysConnected(DB, userId))
    await liveHub(LIVE_HUBS, hub).setScopes(keyId, JSON.parse(scopes) as string[])
}
