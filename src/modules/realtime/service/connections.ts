import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { notFound } from '../../../core/errors.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import { commit } from '../../../db/commit.ts'
import { toPage } from '../../../db/paginate.ts'
import { type ConnectionStatus, liveHub } from '../../../objects/live-hub.ts'
import {
  type ConnectionRow,
  countConnections,
  deleteConnection,
  findConnection,
  findConnections,
} from '../repo/connections.ts'
import type {
  Connection,
  ConnectionPage,
  ListConnections,
  ListSubscriptions,
  SubscriptionPage,
} from '../schema.ts'

const toConnection = ({ hub: _hub, openedAt, endsAt, ...rest }: ConnectionRow): Connection => ({
  ...rest,
  openedAt: toIso(openedAt),
  endsAt: toIso(endsAt),
})

export async function listConnections(ctx: ServiceContext, query: ListConnections): Promise<ConnectionPage> {
  const rows = await findConnections(ctx.db, query)
  const page = toPage(rows, query, (row) => ({ value: row.openedAt, id: row.id }), toConnection)
  return query.count ? { ...page, total: await countConnections(ctx.db, query) } : page
}

/** For administrators. The client can reconnect, because its session does not end. */
export async function closeConnection(ctx: ServiceContext, id: string): Promise<void> {
  const row = await findConnection(ctx.db, id)
  if (row === null) throw notFound('The connection')
  await commit(ctx, {
    statements: [deleteConnection(id)],
    audit: {
      action: 'connection.closed',
      targetType: 'connection',
      targetId: id,
      teamId: 'system',
      before: { userId: row.userId, teamId: row.teamId, kind: row.kind },
    },
  })
  await liveHub(ctx.env.LIVE_HUBS, row.hub).close([id], 'closed by an administrator')
}

/** The caller's connections in all teams, with their channels and positions. An API key sees those of its team. */
export async function listSubscriptions(
  ctx: ServiceContext,
  query: ListSubscriptions,
): Promise<SubscriptionPage> {
  const { userId, teamId, keyId } = ctx.actor
  const own = { ...query, userId, ...(keyId === null ? {} : { teamId }) }
  const rows = await findConnections(ctx.db, own)
  const found = new Map<string, ConnectionStatus>()
  await Promise.all(
    Array.from(
      Map.groupBy(rows, ({ hub }) => hub),
      async ([hub, connections]) => {
        const ids = connections.map(({ id }) => id)
        for (const one of await liveHub(ctx.env.LIVE_HUBS, hub).status(ids)) found.set(one.id, one)
      },
    ),
  )
  const page = toPage(
    rows,
    query,
    (row) => ({ value: row.openedAt, id: row.id }),
    ({ id, kind, teamId, openedAt, endsAt }) => ({
      ...{ id, kind, teamId, openedAt: toIso(openedAt), endsAt: toIso(endsAt) },
      channels: found.get(id)?.channels ?? [],
    }),
  )
  const limit = PLAN_LIMITS[ctx.actor.plan].connectionsPerUser
  return { ...page, ...(query.count ? { total: await countConnections(ctx.db, own) } : {}), limit }
}
