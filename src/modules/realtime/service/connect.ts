// Opens sockets and streams in the hub of the team or the user. A team with many connections has several hubs.
import type { ServiceContext } from '../../../context.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { PLAN_LIMITS } from '../../../core/plans.ts'
import { shardOf, teamHub, userHub } from '../../../objects/channels.ts'
import { type Connect, liveHub } from '../../../objects/live-hub.ts'
import { MAX_CHANNELS } from '../schema.ts'

const MAX_SHARDS = 64
/** The hub has reached its maximum number of connections. */
const HUB_FULL = 507

export type SocketKind = 'workflows' | 'notifications'

const STARTS_ON: Record<SocketKind, string[]> = {
  workflows: ['runs'],
  notifications: ['notifications', 'announcements'],
}

/** `userId` is the caller's id, or `me`. */
export async function openSocket(
  ctx: ServiceContext,
  kind: SocketKind,
  userId: string,
  request: Request,
  channels: string[] | null,
): Promise<Response> {
  if (userId !== 'me' && userId !== ctx.actor.userId) throw notFound('The user')
  if (request.headers.get('upgrade') !== 'websocket')
    throw new AppError('request.upgrade_required', { headers: { upgrade: 'websocket' } })
  const hub = kind === 'workflows' ? teamHub(ctx.actor.teamId) : userHub(ctx.actor.userId)
  const names = channels ?? STARTS_ON[kind]
  return connect(ctx, hub, request, Object.fromEntries(names.map((name) => [name, null])))
}

export function openStream(
  ctx: ServiceContext,
  request: Request,
  channels: string[],
  lastEventId: string | undefined,
): Promise<Response> {
  const known = lastEventId === undefined ? {} : readPosition(lastEventId)
  const starts = Object.fromEntries(channels.map((name) => [name, known[name] ?? null]))
  return connect(ctx, teamHub(ctx.actor.teamId), request, starts)
}

/** The position in each channel, from the id of an event of the stream. */
function readPosition(text: string): Record<string, number> {
  const malformed = () =>
    new AppError('request.malformed', { detail: 'Last-Event-ID must be the id of an event of this stream.' })
  let position: unknown
  try {
    position = JSON.parse(atob(text))
  } catch {
    throw malformed()
  }
  if (typeof position !== 'object' || position === null || Array.isArray(position)) throw malformed()
  const entries = Object.entries(position)
  if (entries.length > MAX_CHANNELS || !entries.every(([, seq]) => Number.isSafeInteger(seq) && seq >= 0))
    throw malformed()
  return Object.fromEntries(entries)
}

async function connect(
  ctx: ServiceContext,
  hub: string,
  request: Request,
  channels: Connect['channels'],
): Promise<Response> {
  const { userId, teamId, sessionId, keyId, scopes, plan } = ctx.actor
  const wanted: Connect = {
    ...{ userId, teamId, sessionId, keyId, scopes, channels },
    limit: PLAN_LIMITS[plan].connectionsPerUser,
    address: ctx.address,
    userAgent: ctx.userAgent,
  }
  const url = new URL(request.url)
  url.search = new URLSearchParams({ connect: JSON.stringify(wanted) }).toString()
  for (let shard = 0; shard < MAX_SHARDS; shard++) {
    const ask = () => liveHub(ctx.env.LIVE_HUBS, shardOf(hub, shard)).fetch(new Request(url, request))
    // A hub that was just replaced, for example by a deployment, is available again for the next call.
    const answer = await ask().catch(ask)
    if (answer.status === HUB_FULL) continue
    if (answer.status === 401)
      throw new AppError('auth.invalid_token', { detail: 'Your access has just ended.' })
    if (answer.status === 429) {
      const detail = `The plan ${plan} allows ${wanted.limit} connections for each user. Close one, or use one connection for several channels.`
      throw new AppError('rate.limited', { detail, retryAfterSeconds: 30 })
    }
    // Copy the response, because the headers of an object's response are immutable.
    const { body, status, headers, webSocket } = answer
    return new Response(body, { status, headers, webSocket })
  }
  throw new AppError('rate.limited', {
    detail: 'The team has reached its limit of connections.',
    retryAfterSeconds: 60,
  })
}
