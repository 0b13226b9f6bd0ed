// Shows pending and dead messages. Invariant: only dead messages are retried or discarded, because a consumer may be processing a
// pending one.
import type { ServiceContext } from '../../../context.ts'
import { MINUTE_MS, SECOND_MS, toIso } from '../../../core/clock.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { commit, type Statement } from '../../../db/commit.ts'
import { discardDead, redriveDead } from '../../../db/outbox-row.ts'
import { type Page, toPage } from '../../../db/paginate.ts'
import { notifyQueue } from '../../../queue/post.ts'
import { findLastTick } from '../../system/index.ts'
import { PLATFORM_LOG } from '../service/users.ts'
import { redactBody } from './redact.ts'
import {
  countMessages,
  countQueues,
  findDeadIds,
  findMessage,
  findMessages,
  type MessageRow,
} from './repo.ts'
import type {
  AdminQueues,
  ChangedMessages,
  ChooseDeadMessages,
  ListQueuedMessages,
  QueuedMessage,
} from './schema.ts'

const TICK_EVERY_MS = MINUTE_MS

export async function getQueues(ctx: ServiceContext): Promise<AdminQueues> {
  const now = ctx.now()
  const [{ types, single }, tick] = await Promise.all([
    countQueues(ctx.env.DB, now),
    findLastTick(ctx.env.DB),
  ])
  const secondsSince = (ms: number | null): number => (ms === null ? 0 : Math.max(0, now - ms) / SECOND_MS)
  return {
    at: toIso(now),
    messages: types.map(({ dueSince, ...row }) => ({ ...row, delaySeconds: secondsSince(dueSince) })),
    webhooks: { due: single.webhooksDue, delaySeconds: secondsSince(single.webhooksDueSince) },
    runs: { inLine: single.inLine, stuck: single.stuck },
    cron:
      tick === null
        ? { lastTickAt: null, lagSeconds: null, durationMs: null, tasks: [] }
        : {
            lastTickAt: toIso(tick.startedAt),
            lagSeconds: secondsSince(tick.startedAt + TICK_EVERY_MS),
            durationMs: tick.finishedAt - tick.startedAt,
            tasks: tick.tasks,
          },
  }
}

export async function listMessages(
  ctx: ServiceContext,
  query: ListQueuedMessages,
): Promise<Page<QueuedMessage>> {
  const page = toPage(
    await findMessages(ctx.env.DB, query, query),
    query,
    (row) => ({ value: row.nextAt, id: row.id }),
    toMessage,
  )
  return query.count ? { ...page, total: await countMessages(ctx.env.DB, query) } : page
}

export async function getMessage(ctx: ServiceContext, id: string): Promise<QueuedMessage> {
  const row = await findMessage(ctx.env.DB, id)
  if (row === null) throw notFound('The message')
  return toMessage(row)
}

export async function redriveMessage(ctx: ServiceContext, id: string): Promise<QueuedMessage> {
  const before = await changeOne(ctx, id, 'message.redriven', redriveDead([id], ctx.now()))
  await notifyQueue(ctx.env, [id], ctx.requestId)
  // Not read again: it may be done by now, and then there is nothing to show.
  return toMessage({ ...before, status: 'pending', attempts: 0, nextAt: ctx.now(), lastError: null })
}

export async function discardMessage(ctx: ServiceContext, id: string): Promise<void> {
  await changeOne(ctx, id, 'message.discarded', discardDead([id]))
}

export const redriveMessages = (ctx: ServiceContext, choice: ChooseDeadMessages): Promise<ChangedMessages> =>
  changeMany(ctx, choice, 'messages.redriven', (ids) => redriveDead(ids, ctx.now()), notifyInParts)

export const discardMessages = (ctx: ServiceContext, choice: ChooseDeadMessages): Promise<ChangedMessages> =>
  changeMany(ctx, choice, 'messages.discarded', discardDead)

const MAX_AT_ONCE = 500
const QUEUE_BATCH = 100

async function notifyInParts(ctx: ServiceContext, ids: string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += QUEUE_BATCH)
    await notifyQueue(ctx.env, ids.slice(at, at + QUEUE_BATCH), ctx.requestId)
}

type Action = 'message.redriven' | 'message.discarded'

async function changeOne(
  ctx: ServiceContext,
  id: string,
  action: Action,
  guard: Statement,
): Promise<MessageRow> {
  const row = await findMessage(ctx.env.DB, id)
  if (row === null) throw notFound('The message')
  const { type, attempts, lastError } = row
  const outcome = await commit(ctx, {
    guard,
    audit: {
      action,
      targetType: 'message',
      targetId: id,
      teamId: PLATFORM_LOG,
      before: { type, attempts, lastError },
    },
  })
  if (outcome === 'guard_missed')
    throw new AppError('resource.conflict', {
      detail: 'The message is not dead. The queue is still retrying it.',
    })
  return row
}

async function changeMany(
  ctx: ServiceContext,
  { type }: ChooseDeadMessages,
  action: string,
  change: (ids: string[]) => Statement,
  after?: (ctx: ServiceContext, ids: string[]) => Promise<void>,
): Promise<ChangedMessages> {
  const ids = await findDeadIds(ctx.env.DB, type, MAX_AT_ONCE)
  if (ids.length > 0) {
    await commit(ctx, {
      statements: [change(ids)],
      audit: {
        action,
        targetType: 'message_type',
        targetId: type ?? 'all',
        teamId: PLATFORM_LOG,
        after: { messages: ids.length },
      },
    })
    await after?.(ctx, ids)
  }
  return { changed: ids.length, remaining: await countMessages(ctx.env.DB, { status: 'dead', type }) }
}

const toMessage = ({ nextAt, createdAt, body, ...row }: MessageRow): QueuedMessage => ({
  ...row,
  nextAt: toIso(nextAt),
  createdAt: toIso(createdAt),
  body: redactBody(body),
})
